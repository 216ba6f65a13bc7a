// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rtsp/authentication.h"
#include "server/access/mapping_pattern.h"

namespace rtspcore::server::access {

// A user as the server knows it: not the password, only what it is checked by.
struct User {
    std::string name;
    std::string md5;                       // rtsp::user_digest(); empty: not known
    std::string sha256;                    // the same
    std::vector<MappingPattern> mappings;  // that the user may view; empty: all

    [[nodiscard]] bool may_view(const std::string &mapping) const;
    // Another one when the password is another.
    [[nodiscard]] std::string key() const { return md5 + sha256; }
    bool operator==(const User &) const = default;
};

enum class UsersError : uint8_t { NoUser, BadRealm, Unreadable };

// Who may view, with which passwords. Nobody, when made by default. Immutable, except for being assigned to.
// No message of it tells what the text was made of: what looks like a name may be a password.
class Users {
public:
    struct Parsed;
    // `user:password[,user:password...]`. `user:` takes the empty password. What has no colon is skipped.
    static Result<Parsed, UsersError> from_list(std::string_view text, std::string_view realm);
    // Lines of htdigest(1), `user:realm:digest[:mapping[,mapping...]]`. 32 digits are MD5, 64 SHA-256; a user may have
    // a line of each. A fourth field, of ours, limits the user to mappings (MappingPattern). `#` begins a comment.
    // Lines of other realms, and what is no such line, are skipped.
    static Result<Parsed, UsersError> from_htdigest(std::string_view text, std::string_view realm);

    // Neither empty, nor with ':', '"', '\' or control characters: it is hashed with colons and sent in quotes.
    static bool is_usable_realm(std::string_view realm);

    [[nodiscard]] bool empty() const { return users_.empty(); }
    // Takes those of `other`, too, also for names that are here already. Both are of one realm.
    void add_all(const Users &other);
    // Whether every user can be checked by it.
    [[nodiscard]] bool all_know(rtsp::DigestAlgorithm algorithm) const;
    [[nodiscard]] const User *find(std::string_view name) const;
    // The user that the credentials are the right ones of, null for none, after the same time for a name that exists
    // and one that does not. `method` is that of the request. Nonces are not looked at here.
    [[nodiscard]] const User *verify(const rtsp::Credentials &credentials, std::string_view method) const;

    bool operator==(const Users &) const = default;

private:
    [[nodiscard]] bool proves(const User &user, const rtsp::BasicCredentials &credentials) const;
    [[nodiscard]] bool proves(const User &user, const rtsp::DigestCredentials &credentials,
                              std::string_view method) const;
    User &add(std::string_view name);
    const char *add_htdigest_line(std::string_view line);

    std::string realm_;
    std::vector<User> users_;
};

struct Users::Parsed {
    Users users;
    std::vector<std::string> skipped;  // a sentence each
};

}  // namespace rtspcore::server::access
