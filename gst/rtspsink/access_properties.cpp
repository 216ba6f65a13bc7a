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
};

}  // namespace

std::span<const Property> access_properties() {
    return kProperties;
}

}  // namespace rtspsink
