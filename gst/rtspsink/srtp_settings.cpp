// SPDX-License-Identifier: LGPL-2.1-or-later
#include "srtp_settings.h"

#include "enums.h"
#include "properties.h"

namespace rtspsink {

using rtspcore::server::SrtpConfig;
using rtspcore::server::SrtpMode;
using rtspcore::server::TlsConfig;
using rtspcore::server::TlsMode;

namespace {

constexpr unsigned kMostLifetime = 7 * 24 * 3600;

const Property kProperties[] = {
    {[] {
         return g_param_spec_enum("srtp", "SRTP",
                                  "Whether the media are encrypted (RTP/SAVP) for viewers that connect by rtsps://, "
                                  "over UDP and multicast, too. Needs tls-certificate. Set before READY",
                                  srtp_mode_type(), static_cast<int>(SrtpMode::Off), kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.srtp.mode = static_cast<SrtpMode>(g_value_get_enum(v)); },
     [](const Settings &s, GValue *v) { g_value_set_enum(v, static_cast<int>(s.srtp.mode)); }},
    {[] {
         return g_param_spec_uint("srtp-key-lifetime", "SRTP key lifetime",
                                  "Seconds after which viewers that come are told new keys; those who watch keep "
                                  "theirs. Set before READY",
                                  1, kMostLifetime, SrtpSettings().key_lifetime, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.srtp.key_lifetime = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.srtp.key_lifetime); }},
};

const char *nick_of(SrtpMode mode) {
    return mode == SrtpMode::Required ? "required" : "optional";
}

}  // namespace

std::span<const Property> srtp_properties() {
    return kProperties;
}

Outcome<SrtpConfig> srtp_config(const SrtpSettings &settings, const TlsConfig &tls) {
    if (settings.mode != SrtpMode::Off && tls.mode == TlsMode::Off)
        return refuse(bad_setting("srtp", nick_of(settings.mode),
                                  "keys are told over TLS only: set tls-certificate=FILE.pem, and do not set tls=off"));
    return SrtpConfig{settings.mode, std::chrono::seconds(settings.key_lifetime)};
}

}  // namespace rtspsink
