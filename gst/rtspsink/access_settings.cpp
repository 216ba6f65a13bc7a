// SPDX-License-Identifier: LGPL-2.1-or-later
#include "access_settings.h"

#include <gst/gst.h>

namespace rtspsink {

using rtspcore::server::access::AccessConfig;
using rtspcore::server::access::Users;

namespace {

constexpr const char *kAuthFix =
    "expected auth=user:password[,user:password...], came no such entry (the value is secret and not shown); leave it "
    "out to let everybody in";

Outcome<std::optional<Users>> users_of(const AccessSettings &settings) {
    if (!settings.auth)
        return std::optional<Users>();
    auto parsed = Users::from_list(*settings.auth, settings.auth_realm);
    if (!parsed)
        return refuse(bad_secret("auth", kAuthFix));
    return std::optional(std::move(parsed->users));
}

}  // namespace

Outcome<AccessConfig> access_config(const AccessSettings &settings) {
    if (!Users::is_usable_realm(settings.auth_realm))
        return refuse(bad_setting("auth-realm", settings.auth_realm,
                                  "use a name without colons, quotes, backslashes and control characters, "
                                  "auth-realm=rtspsink for example"));
    if (settings.auth_methods == 0)
        return refuse(bad_setting("auth-methods", "", "use basic, digest or basic+digest"));
    auto users = users_of(settings);
    if (!users)
        return refuse(users.error().code);
    AccessConfig config;
    config.realm = settings.auth_realm;
    config.allow_basic = (settings.auth_methods & kAuthBasic) != 0;
    config.allow_digest = (settings.auth_methods & kAuthDigest) != 0;
    config.users = *std::move(users);
    return config;
}

std::vector<std::string> access_warnings(const AccessSettings &settings) {
    std::vector<std::string> warnings;
    if (const auto parsed = Users::from_list(settings.auth.value_or(""), settings.auth_realm))
        for (const std::string &skipped : parsed->skipped)
            warnings.push_back("Property 'auth': " + skipped + " and is skipped. Write user: for an empty password.");
    return warnings;
}

Outcome<Users> users_of_mapping(const std::string &auth, const std::string &realm) {
    auto parsed = Users::from_list(auth, realm);
    if (!parsed)
        return refuse(bad_secret("auth", kAuthFix));
    return std::move(parsed->users);
}

}  // namespace rtspsink
