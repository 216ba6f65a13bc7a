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
#include "server/access/nonces.h"
#include "server/access/visitor.h"

namespace rtspcore::server::access {

// What holds for one mapping instead of what holds for the server. Immutable once it is given.
struct MappingRules {
    std::optional<Users> users;  // an empty one lets nobody in
};

// Why a request is not served.
enum class Refusal : uint8_t {
    NoCredentials,  // the client is asked for them
    StaleNonce,     // right, but for a nonce that is over: the client tries again by itself
    WrongCredentials,
    Replayed,
    Forbidden,  // the user may not view this mapping, or did not make this session
};
// For the log: "wrong credentials".
const char *reason(Refusal refusal);

// A request, as far as access depends on it.
struct Inquiry {
    const rtsp::Request &request;
    const std::string &mapping;
    const net::SocketAddress &peer;
    Time now;
};

using Verdict = std::variant<Visitor, Refusal>;

// Decides who is served. Safe; nothing in it blocks.
class AccessControl {
public:
    explicit AccessControl(AccessConfig config);

    [[nodiscard]] const AccessConfig &config() const { return config_; }

    // Rules for a path of `owner` (an element), in force before anything is served there. Null: no more. Another owner
    // cannot change them.
    void set_rules(const void *owner, const std::string &mapping, std::shared_ptr<const MappingRules> rules);
    void remove_rules(const void *owner);
    [[nodiscard]] std::shared_ptr<const MappingRules> rules_of(const std::string &mapping);

    [[nodiscard]] Verdict judge(const Inquiry &inquiry);
    // The values of WWW-Authenticate for one that is refused so; the best first (RFC 7616 section 3.7).
    [[nodiscard]] std::vector<std::string> challenges(const Inquiry &inquiry, Refusal refusal);

private:
    struct Owned {
        const void *owner;
        std::shared_ptr<const MappingRules> rules;
    };

    [[nodiscard]] const Users *users_of(const std::shared_ptr<const MappingRules> &rules) const;
    [[nodiscard]] bool is_offered(const rtsp::Credentials &credentials) const;
    Verdict judge_credentials(const Inquiry &inquiry, const Users &users);

    const AccessConfig config_;
    Nonces nonces_;
    Guarded<std::map<std::string, Owned>> rules_;
};

}  // namespace rtspcore::server::access
