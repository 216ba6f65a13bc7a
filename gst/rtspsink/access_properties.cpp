// SPDX-License-Identifier: LGPL-2.1-or-later
#include "access_properties.h"

#include "enums.h"

namespace rtspsink {

namespace {

constexpr auto kUntilOpen = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
// Not readable, so that neither `gst-launch-1.0 -v` nor a dot file shows them.
constexpr auto kSecret = static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);

std::string text(const GValue *value) {
    const char *string = g_value_get_string(value);
    return string ? string : "";
}

void set_text(GValue *value, const std::string &string) {
    g_value_set_string(value, string.empty() ? nullptr : string.c_str());
}

std::optional<std::string> secret(const GValue *value) {
    const char *string = g_value_get_string(value);
    return string ? std::optional<std::string>(string) : std::nullopt;
}

const Property kProperties[] = {
    {[] {
         return g_param_spec_string("auth", "Auth",
                                    "Who may view: user:password[,user:password...] (unset: everybody). Not readable. "
                                    "Set before READY",
                                    nullptr, kSecret);
     },
     [](Settings &s, const GValue *v) { s.access.auth = secret(v); }, nullptr},
    {[] {
         return g_param_spec_flags("auth-methods", "Auth methods",
                                   "How viewers may prove who they are: basic, digest or basic+digest. Set before "
                                   "READY",
                                   auth_methods_type(), kAuthBasic | kAuthDigest, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.auth_methods = g_value_get_flags(v); },
     [](const Settings &s, GValue *v) { g_value_set_flags(v, s.access.auth_methods); }},
    {[] {
         return g_param_spec_string("auth-realm", "Auth realm",
                                    "What viewers are asked the password for, and what the digests of auth-file are "
                                    "made with. Set before READY",
                                    "rtspsink", kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.auth_realm = text(v); },
     [](const Settings &s, GValue *v) { g_value_set_string(v, s.access.auth_realm.c_str()); }},
    {[] {
         return g_param_spec_string("auth-file", "Auth file",
                                    "File of more users in the form of htdigest(1), which may change at any time "
                                    "(unset: none). Set before READY",
                                    nullptr, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.auth_file = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.access.auth_file); }},
    {[] {
         return g_param_spec_string("token-keys", "Token keys",
                                    "One or two keys, separated by a comma, with which URLs are signed (unset: signed "
                                    "URLs have no meaning). Not readable. Set before READY",
                                    nullptr, kSecret);
     },
     [](Settings &s, const GValue *v) { s.access.token_keys = secret(v); }, nullptr},
    {[] {
         return g_param_spec_string("allow", "Allow",
                                    "Addresses and networks that may connect, 192.168.0.0/16,2001:db8::/32 for example "
                                    "(unset: all). Set before READY",
                                    nullptr, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.allow = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.access.allow); }},
    {[] {
         return g_param_spec_string("deny", "Deny",
                                    "Addresses and networks that may not connect, whatever allow says (unset: none). "
                                    "Set before READY",
                                    nullptr, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.deny = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.access.deny); }},
    {[] {
         return g_param_spec_string("trusted-proxies", "Trusted proxies",
                                    "Addresses and networks of balancers that tell by the PROXY protocol whose "
                                    "connection they pass on (unset: none). Set before READY",
                                    nullptr, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.trusted_proxies = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.access.trusted_proxies); }},
    {[] {
         return g_param_spec_string("websocket-origins", "WebSocket origins",
                                    "Sites whose pages may connect by WebSocket, https://viewer.example for example, "
                                    "or * for all (unset: pages of the host that they connect to). Set before READY",
                                    nullptr, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.websocket_origins = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.access.websocket_origins); }},
    {[] {
         return g_param_spec_uint("max-connections", "Most connections",
                                  "Connections at a time; then the oldest without a session make room. Set before "
                                  "READY",
                                  1, 1000000, 10000, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.max_connections = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.access.max_connections); }},
    {[] {
         return g_param_spec_uint("max-connections-per-address", "Most connections per address",
                                  "Connections at a time from one IPv4 address or IPv6 /64 (0: any number). Set "
                                  "before READY",
                                  0, 1000000, 0, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.max_connections_per_host = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.access.max_connections_per_host); }},
    {[] {
         return g_param_spec_uint("max-unauthenticated", "Most unauthenticated connections",
                                  "Connections at a time that have not proven yet who they are; then the oldest "
                                  "without a session make room (0: any number). Set before READY",
                                  0, 1000000, 1000, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.max_strangers = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.access.max_strangers); }},
    {[] {
         return g_param_spec_uint("max-sessions", "Most sessions",
                                  "Sessions at a time (0: as many as connections). Set before READY", 0, 1000000, 0,
                                  kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.max_sessions = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.access.max_sessions); }},
    {[] {
         return g_param_spec_uint("max-requests", "Most requests",
                                  "Requests a second of one connection, twice as many at once (0: any number). Set "
                                  "before READY",
                                  0, 1000000, 0, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.max_requests = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.access.max_requests); }},
    {[] {
         return g_param_spec_uint64("max-bitrate", "Highest bit rate",
                                    "Bits a second to all viewers together; a viewer too many is answered 453 (0: "
                                    "any). Set before READY",
                                    0, G_MAXUINT64, 0, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.max_bit_rate = g_value_get_uint64(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint64(v, s.access.max_bit_rate); }},
    {[] {
         return g_param_spec_uint("authorize-timeout", "Authorize time-out",
                                  "Milliseconds after which a request that the application does not decide on (signal "
                                  "authorize) is refused. Set before READY",
                                  1, 600000, 5000, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.access.authorize_timeout = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.access.authorize_timeout); }},
};

}  // namespace

std::span<const Property> access_properties() {
    return kProperties;
}

}  // namespace rtspsink
