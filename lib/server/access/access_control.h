// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/guarded.h"
#include "net/socket_address.h"
#include "rtsp/message.h"
#include "rtsp/request_target.h"
#include "server/access/access_config.h"
#include "server/access/admissions.h"
#include "server/access/decisions.h"
#include "server/access/failures.h"
#include "server/access/nonces.h"
#include "server/access/refusal.h"
#include "server/access/users_file.h"
#include "server/access/visitor.h"

namespace rtspcore::server::access {

// What holds for one mapping instead of what holds for the server. Immutable once it is given.
struct MappingRules {
    std::optional<Users> users;  // an empty one lets nobody in
    Authorize authorize;         // asked for each DESCRIBE, and each SETUP that makes a session
};

// A request, as far as access depends on it.
struct Inquiry {
    const rtsp::Request &request;
    const std::string &mapping;
    const std::string &query;
    const net::SocketAddress &peer;
    Time now;
    WallTime wall_now;
};

using Verdict = std::variant<Visitor, Refusal>;

// Decides who is served. Safe; nothing in it blocks.
class AccessControl {
public:
    // Fails for a file of users that cannot be read or has none.
    static Result<std::unique_ptr<AccessControl>, UsersError> open(AccessConfig config);

    [[nodiscard]] const AccessConfig &config() const { return config_; }

    // Whether that address may connect at all.
    [[nodiscard]] bool is_admitted(const net::SocketAddress &peer) const;
    // Null if there are too many connections from there.
    [[nodiscard]] std::shared_ptr<Admission> admit(const net::SocketAddress &peer);
    // Whether those who were not let in yet are too many.
    [[nodiscard]] bool has_too_many_strangers();

    // Rules for a path of `owner` (an element), in force before anything is served there. Null: no more. Where
    // two want the same path, which only one will get to serve, rules with users go before those without.
    void set_rules(const void *owner, const std::string &mapping, std::shared_ptr<const MappingRules> rules);
    void remove_rules(const void *owner);
    [[nodiscard]] std::shared_ptr<const MappingRules> rules_of(const std::string &mapping);

    // Whether it is looked at: not while too many failures from its address wait to be answered.
    [[nodiscard]] bool is_heard(const Inquiry &inquiry);
    // Counts one that is refused so; how long the answer has to wait.
    Duration penalty(const Inquiry &inquiry, Refusal refusal);
    [[nodiscard]] Verdict judge(const Inquiry &inquiry);
    // Whether a session that this visitor made may go on: its token is good, its user is still known.
    [[nodiscard]] bool is_welcome(const Visitor &visitor, const std::string &mapping, WallTime now);
    // Looks whether the file of users has changed. Reads the disk; by one thread at a time.
    void refresh();
    // The values of WWW-Authenticate for one that is refused so; the best first (RFC 7616 section 3.7).
    [[nodiscard]] std::vector<std::string> challenges(const Inquiry &inquiry, Refusal refusal);

private:
    explicit AccessControl(AccessConfig config);
    struct Owned {
        const void *owner;
        std::shared_ptr<const MappingRules> rules;
    };

    using SharedUsers = std::shared_ptr<const Users>;

    Result<void, UsersError> read_file();
    [[nodiscard]] SharedUsers users_of(const std::shared_ptr<const MappingRules> &rules);
    [[nodiscard]] bool is_offered(const rtsp::Credentials &credentials) const;
    Verdict judge_freely(const Inquiry &inquiry, const SharedUsers &users);
    [[nodiscard]] Verdict judge_token(const Inquiry &inquiry, const std::string &token) const;
    Verdict judge_credentials(const Inquiry &inquiry, const Users &users);

    const AccessConfig config_;
    Nonces nonces_;
    Failures failures_;
    const std::shared_ptr<Admissions> admissions_ = std::make_shared<Admissions>();
    std::optional<UsersFile> file_;
    Guarded<SharedUsers> users_;  // of the server, the file's included; null: nobody is asked
    Guarded<std::map<std::string, std::vector<Owned>>> rules_;
};

}  // namespace rtspcore::server::access
