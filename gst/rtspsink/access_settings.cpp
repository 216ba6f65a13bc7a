// SPDX-License-Identifier: LGPL-2.1-or-later
#include "access_settings.h"

#include <gst/gst.h>

#include <algorithm>
#include <memory>

#include "server/access/token.h"

namespace rtspsink {

using rtspcore::server::access::AccessConfig;
using rtspcore::server::access::kMostTokenKeys;
using rtspcore::server::access::kShortestTokenKey;
using rtspcore::server::access::Network;
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

constexpr const char *kKeysFix =
    "expected one or two keys of 16 characters or more, separated by a comma (the value is secret and not shown); make "
    "one with: openssl rand -hex 32";

Outcome<std::vector<std::string>> keys_of(const AccessSettings &settings) {
    std::vector<std::string> keys;
    if (!settings.token_keys)
        return keys;
    const std::unique_ptr<gchar *, decltype(&g_strfreev)> parts(g_strsplit(settings.token_keys->c_str(), ",", -1),
                                                                g_strfreev);
    for (gchar **part = parts.get(); *part; ++part)
        keys.emplace_back(g_strstrip(*part));
    const bool is_short =
        std::any_of(keys.begin(), keys.end(), [](const std::string &key) { return key.size() < kShortestTokenKey; });
    if (keys.empty() || keys.size() > kMostTokenKeys || is_short)
        return refuse(bad_secret("token-keys", kKeysFix));
    return keys;
}

Outcome<std::vector<Network>> networks_of(const char *property, const std::string &text) {
    auto networks = rtspcore::server::access::parse_networks(text);
    if (!networks)
        return refuse(bad_setting(property, networks.error().message,
                                  std::string("use addresses and networks separated by commas, ") + property +
                                      "=192.168.0.0/16,2001:db8::/32 for example"));
    return *std::move(networks);
}

Outcome<void> take_secrets(const AccessSettings &settings, AccessConfig &config) {
    auto users = users_of(settings);
    if (!users)
        return refuse(users.error().code);
    auto keys = keys_of(settings);
    if (!keys)
        return refuse(keys.error().code);
    config.users = *std::move(users);
    config.token_keys = *std::move(keys);
    return {};
}

Outcome<void> take_networks(const AccessSettings &settings, AccessConfig &config) {
    auto allow = networks_of("allow", settings.allow);
    if (!allow)
        return refuse(allow.error().code);
    auto deny = networks_of("deny", settings.deny);
    if (!deny)
        return refuse(deny.error().code);
    auto proxies = networks_of("trusted-proxies", settings.trusted_proxies);
    if (!proxies)
        return refuse(proxies.error().code);
    config.allow = *std::move(allow);
    config.deny = *std::move(deny);
    config.trusted_proxies = *std::move(proxies);
    return {};
}

Outcome<void> take_origins(const AccessSettings &settings, AccessConfig &config) {
    auto origins = rtspcore::rtsp::WebSocketOrigins::parse(settings.websocket_origins);
    if (!origins)
        return refuse(bad_setting("websocket-origins", origins.error().message,
                                  "use sites as browsers name them, without a path and separated by commas, "
                                  "websocket-origins=https://viewer.example,http://192.168.1.2:8080 for example, or * "
                                  "for all"));
    config.websocket_origins = *std::move(origins);
    return {};
}

void take_limits(const AccessSettings &settings, AccessConfig &config) {
    config.max_connections_per_host = settings.max_connections_per_host;
    config.max_strangers = settings.max_strangers;
    config.max_sessions = settings.max_sessions;
    config.max_requests_a_second = settings.max_requests;
    config.max_bit_rate = settings.max_bit_rate;
    config.authorize_wait = std::chrono::milliseconds(settings.authorize_timeout);
}

}  // namespace

Outcome<AccessConfig> access_config(const AccessSettings &settings) {
    if (!Users::is_usable_realm(settings.auth_realm))
        return refuse(bad_setting("auth-realm", settings.auth_realm,
                                  "use a name without colons, quotes, backslashes and control characters, "
                                  "auth-realm=rtspsink for example"));
    if (settings.auth_methods == 0)
        return refuse(bad_setting("auth-methods", "", "use basic, digest or basic+digest"));
    AccessConfig config;
    if (auto taken = take_secrets(settings, config); !taken)
        return refuse(taken.error().code);
    if (auto taken = take_networks(settings, config); !taken)
        return refuse(taken.error().code);
    if (auto taken = take_origins(settings, config); !taken)
        return refuse(taken.error().code);
    take_limits(settings, config);
    config.users_file = settings.auth_file;
    config.realm = settings.auth_realm;
    config.allow_basic = (settings.auth_methods & kAuthBasic) != 0;
    config.allow_digest = (settings.auth_methods & kAuthDigest) != 0;
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
