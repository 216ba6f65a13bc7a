// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tls_settings.h"

#include "enums.h"
#include "properties.h"

namespace rtspsink {

using rtspcore::server::TlsConfig;
using rtspcore::server::TlsMode;

namespace {

const Property kProperties[] = {
    {[] {
         return g_param_spec_enum(
             "tls", "TLS",
             "Whether viewers may, or have to, use rtsps://; without tls-certificate none can. Set "
             "before READY",
             tls_mode_type(), static_cast<int>(TlsMode::Optional), kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.tls.mode = static_cast<TlsMode>(g_value_get_enum(v)); },
     [](const Settings &s, GValue *v) { g_value_set_enum(v, static_cast<int>(s.tls.mode)); }},
    {[] {
         return g_param_spec_string(
             "tls-certificate", "TLS certificate",
             "PEM file with the server's certificate and, behind it, its chain. Loaded anew when "
             "it changes. Set before READY",
             nullptr, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.tls.certificate = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.tls.certificate); }},
    {[] {
         return g_param_spec_string("tls-key", "TLS key",
                                    "PEM file with the certificate's private key, not encrypted (unset: it is in the "
                                    "certificate's file). Set before READY",
                                    nullptr, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.tls.key = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.tls.key); }},
    {[] {
         return g_param_spec_string(
             "tls-client-ca", "TLS client CA",
             "PEM file with the authorities of client certificates; set, viewers need one to use "
             "TLS. Set before READY",
             nullptr, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.tls.client_ca = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.tls.client_ca); }},
    {[] {
         return g_param_spec_string("tls-service", "TLS service",
                                    "One more TCP port, for TLS alone: 322 by convention, 0 for any free one (see "
                                    "bound-tls-port). TLS works at the port of 'service' without it. Set before READY",
                                    nullptr, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.tls.service = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.tls.service); }},
};

constexpr const char *kNeedsCertificate = "TLS needs a certificate: set tls-certificate=FILE.pem";

}  // namespace

std::span<const Property> tls_properties() {
    return kProperties;
}

Outcome<TlsConfig> tls_config(const TlsSettings &settings) {
    TlsConfig config;
    if (settings.mode == TlsMode::Off && !settings.service.empty())
        return refuse(bad_setting("tls-service", settings.service,
                                  "with tls=off no port is served by TLS: leave it out, or set tls=optional"));
    if (settings.certificate.empty()) {
        if (settings.mode == TlsMode::Required)
            return refuse(bad_setting("tls", "required", kNeedsCertificate));
        if (!settings.service.empty())
            return refuse(bad_setting("tls-service", settings.service, kNeedsCertificate));
        if (!settings.key.empty())
            return refuse(bad_setting("tls-key", settings.key, kNeedsCertificate));
        if (!settings.client_ca.empty())
            return refuse(bad_setting("tls-client-ca", settings.client_ca, kNeedsCertificate));
        return config;
    }
    config.mode = settings.mode;
    config.files = {settings.certificate, settings.key, settings.client_ca};
    if (settings.service.empty())
        return config;
    const int port = port_of(settings.service);
    if (port < 0)
        return refuse(bad_setting("tls-service", settings.service, "use a TCP port, tls-service=322 for example"));
    config.port = static_cast<uint16_t>(port);
    return config;
}

}  // namespace rtspsink
