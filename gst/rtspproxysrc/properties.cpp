// SPDX-License-Identifier: LGPL-2.1-or-later
#include "properties.h"

#include <gst/gst.h>

#include "location.h"

namespace rtspproxy {

namespace {

constexpr auto kUntilReady = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
constexpr auto kNextAttempt =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
constexpr auto kSecret =
    static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);

std::string text(const GValue *value) {
    const char *string = g_value_get_string(value);
    return string ? string : "";
}

void set_text(GValue *value, const std::string &string) {
    g_value_set_string(value, string.empty() ? nullptr : string.c_str());
}

const Property kProperties[] = {
    {[] {
         return g_param_spec_string("location", "Location",
                                    "Where the stream is, rtsp://HOST/PATH. Reading it leaves out the password. Set "
                                    "before READY",
                                    nullptr, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.location = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, masked(s.location)); }},
    {[] {
         return g_param_spec_string(
             "locations", "Locations",
             "Instead of location, several, the best first, separated by commas or "
             "spaces: when one fails the others are tried in that order. Not together with location. Set "
             "before READY",
             nullptr, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.locations = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, masked(s.locations)); }},
    {[] {
         return g_param_spec_string("transports", "Transports",
                                    "Of tcp, udp, udp-mcast and http, those to try, in that order; the one that worked "
                                    "last is tried first. Set before READY",
                                    "tcp,udp", kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.transports = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.transports); }},
    {[] {
         return g_param_spec_enum("mode", "Mode",
                                  "What the pads give: RTP packets, or what is in them. Set before PAUSED", mode_type(),
                                  static_cast<int>(Mode::Rtp), kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.mode = static_cast<Mode>(g_value_get_enum(v)); },
     [](const Settings &s, GValue *v) { g_value_set_enum(v, static_cast<int>(s.mode)); }},
    {[] {
         return g_param_spec_string("user-id", "User", "Who to be, for a camera that asks. From the next attempt on",
                                    nullptr, kNextAttempt);
     },
     [](Settings &s, const GValue *v) { s.user_id = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.user_id); }},
    {[] {
         return g_param_spec_string("user-pw", "Password",
                                    "The password of user-id. Cannot be read. From the next attempt on", nullptr,
                                    kSecret);
     },
     [](Settings &s, const GValue *v) { s.user_pw = text(v); }, nullptr},
    {[] {
         return g_param_spec_string("tls-ca", "TLS authorities",
                                    "PEM file of the authorities that may sign the certificate of an rtsps: location "
                                    "(unset: the system's). From the next attempt on",
                                    nullptr, kNextAttempt);
     },
     [](Settings &s, const GValue *v) { s.tls_ca = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.tls_ca); }},
    {[] {
         return g_param_spec_string("tls-fingerprint", "TLS fingerprint",
                                    "SHA-256 of the one certificate that an rtsps: location may show, whoever signed "
                                    "it. From the next attempt on",
                                    nullptr, kNextAttempt);
     },
     [](Settings &s, const GValue *v) { s.tls_fingerprint = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.tls_fingerprint); }},
    {[] {
         return g_param_spec_flags("tls-validation-flags", "TLS validation flags",
                                   "What of a certificate is checked. From the next attempt on",
                                   G_TYPE_TLS_CERTIFICATE_FLAGS, G_TLS_CERTIFICATE_VALIDATE_ALL, kNextAttempt);
     },
     [](Settings &s, const GValue *v) {
         s.tls_validation_flags = static_cast<GTlsCertificateFlags>(g_value_get_flags(v));
     },
     [](const Settings &s, GValue *v) { g_value_set_flags(v, s.tls_validation_flags); }},
    {[] {
         return g_param_spec_uint("latency", "Latency",
                                  "Milliseconds to wait for packets that come late or not at all. Set before PAUSED", 0,
                                  60000, 100, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.latency = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.latency); }},
    {[] {
         return g_param_spec_uint("timeout", "Timeout",
                                  "Milliseconds without an answer or a packet after which it connects anew", 100,
                                  600000, 5000, kNextAttempt);
     },
     [](Settings &s, const GValue *v) { s.timeout = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.timeout); }},
    {[] {
         return g_param_spec_uint("backoff-min", "Shortest wait",
                                  "Milliseconds to wait after the first failure; each further one doubles it. Set "
                                  "before READY",
                                  10, 600000, 100, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.backoff_min = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.backoff_min); }},
    {[] {
         return g_param_spec_uint(
             "backoff-max", "Longest wait",
             "Milliseconds to wait between failures at most; ten times that for wrong credentials. "
             "Set before READY",
             10, 3600000, 1000, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.backoff_max = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.backoff_max); }},
    {[] {
         return g_param_spec_uint("hold-down", "Hold-down",
                                  "Milliseconds between trials of better locations, while another one plays (0: it "
                                  "stays until it fails)",
                                  0, 86400000, 30000, kNextAttempt);
     },
     [](Settings &s, const GValue *v) { s.hold_down = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.hold_down); }},
    {[] {
         return g_param_spec_enum("on-gap", "On gap",
                                  "What becomes of the viewers of an rtspsink behind while the stream is away",
                                  on_gap_type(), static_cast<int>(OnGap::Hold), kNextAttempt);
     },
     [](Settings &s, const GValue *v) { s.on_gap = static_cast<OnGap>(g_value_get_enum(v)); },
     [](const Settings &s, GValue *v) { g_value_set_enum(v, static_cast<int>(s.on_gap)); }},
    {[] {
         return g_param_spec_boolean("on-demand", "On demand",
                                     "Whether it is connected only while somebody watches, as GstRtspWatched events "
                                     "from downstream tell. Set before PAUSED",
                                     FALSE, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.on_demand = g_value_get_boolean(v) != FALSE; },
     [](const Settings &s, GValue *v) { g_value_set_boolean(v, s.on_demand); }},
    {[] {
         return g_param_spec_uint("close-after", "Close after",
                                  "Milliseconds that it stays connected after the last who watched, with on-demand", 0,
                                  86400000, 5000, kNextAttempt);
     },
     [](Settings &s, const GValue *v) { s.close_after = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.close_after); }},
    {[] {
         return g_param_spec_enum("on-failure", "On failure",
                                  "What to do when all locations have failed one after the other", on_failure_type(),
                                  static_cast<int>(OnFailure::Retry), kNextAttempt);
     },
     [](Settings &s, const GValue *v) { s.on_failure = static_cast<OnFailure>(g_value_get_enum(v)); },
     [](const Settings &s, GValue *v) { g_value_set_enum(v, static_cast<int>(s.on_failure)); }},
};

}  // namespace

std::span<const Property> properties() {
    return kProperties;
}

}  // namespace rtspproxy
