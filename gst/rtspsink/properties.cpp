// SPDX-License-Identifier: LGPL-2.1-or-later
#include "properties.h"

#include <iterator>
#include <vector>

#include "access_properties.h"
#include "enums.h"

namespace rtspsink {

using rtspcore::media::SlowViewerPolicy;
using rtspcore::media::StartMode;

namespace {

// What mounts are made with is read on the way to PAUSED.
constexpr auto kUntilPaused =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
// What pads are put up with, when their caps come.
constexpr auto kUntilCaps =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PAUSED);

std::chrono::milliseconds milliseconds(const GValue *value) {
    return std::chrono::milliseconds(g_value_get_uint(value));
}

void set_milliseconds(GValue *value, std::chrono::milliseconds duration) {
    g_value_set_uint(value, static_cast<guint>(duration.count()));
}

const Property kProperties[] = {
    {[] {
         return g_param_spec_string("service", "Service",
                                    "TCP port to serve on (0: any free one, see bound-port). Set before READY", "554",
                                    kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.service = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.service); }},
    {[] {
         return g_param_spec_string("address", "Address",
                                    "Numeric IPv4 or IPv6 address to serve on (unset: all of both families). Set "
                                    "before READY",
                                    nullptr, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.address = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.address); }},
    {[] {
         return g_param_spec_int("port", "Port",
                                 "The same as service, as a number (-1: service is no number). Set "
                                 "before READY",
                                 -1, 65535, 554, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.service = std::to_string(g_value_get_int(v)); },
     [](const Settings &s, GValue *v) { g_value_set_int(v, port_of(s.service)); }},
    {[] {
         return g_param_spec_string("location", "Location",
                                    "Address, service and mapping in one: rtsp://ADDRESS:PORT/MAPPING. Set before "
                                    "READY",
                                    "rtsp://0.0.0.0:554/test", kUntilOpen);
     },
     [](Settings &s, const GValue *v) { set_location(s, text(v)); },
     [](const Settings &s, GValue *v) { set_text(v, location(s)); }},
    {[] {
         return g_param_spec_string("mapping", "Mapping",
                                    "Path of pads that have none in their caps (field 'mapping') nor as their "
                                    "property. Set before caps arrive",
                                    "/test", kUntilCaps);
     },
     [](Settings &s, const GValue *v) { s.mapping = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.mapping); }},
    {[] {
         return g_param_spec_flags(
             "protocols", "Protocols",
             "Lower transports that viewers may use: tcp, udp, and udp-mcast if multicast=true. Set before READY",
             GST_TYPE_RTSP_LOWER_TRANS,
             GST_RTSP_LOWER_TRANS_UDP | GST_RTSP_LOWER_TRANS_TCP | GST_RTSP_LOWER_TRANS_UDP_MCAST, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.protocols = static_cast<GstRTSPLowerTrans>(g_value_get_flags(v)); },
     [](const Settings &s, GValue *v) { g_value_set_flags(v, s.protocols); }},
    {[] {
         return g_param_spec_boolean("multicast", "Multicast",
                                     "Whether viewers may ask for multicast, as the properties multicast-... say. Set "
                                     "before READY",
                                     FALSE, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.multicast.enabled = g_value_get_boolean(v) != FALSE; },
     [](const Settings &s, GValue *v) { g_value_set_boolean(v, s.multicast.enabled); }},
    {[] {
         return g_param_spec_string("multicast-ip-min", "Lowest multicast group",
                                    "First of the groups that mappings get, IPv4 or IPv6. Set before READY",
                                    "239.255.0.1", kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.multicast.ip_min = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.multicast.ip_min); }},
    {[] {
         return g_param_spec_string("multicast-ip-max", "Highest multicast group",
                                    "Last of the groups that mappings get. Set before READY", "239.255.255.254",
                                    kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.multicast.ip_max = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.multicast.ip_max); }},
    {[] {
         return g_param_spec_uint("multicast-port-min", "Lowest multicast port",
                                  "First of the ports for RTP in a group; RTCP takes the one after. Set before READY",
                                  0, 65535, 5000, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.multicast.port_min = static_cast<uint16_t>(g_value_get_uint(v)); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.multicast.port_min); }},
    {[] {
         return g_param_spec_uint("multicast-port-max", "Highest multicast port",
                                  "Last of the ports for RTP in a group. Set before READY", 0, 65535, 5010, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.multicast.port_max = static_cast<uint16_t>(g_value_get_uint(v)); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.multicast.port_max); }},
    {[] {
         return g_param_spec_uint("multicast-ttl", "Multicast TTL",
                                  "How many routers multicast may pass, and one (0: none leaves this host). Set before "
                                  "READY",
                                  0, 255, 16, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.multicast.ttl = static_cast<uint8_t>(g_value_get_uint(v)); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.multicast.ttl); }},
    {[] {
         return g_param_spec_string("multicast-iface", "Multicast interface",
                                    "Name of the interface that multicast leaves by (unset: as the routing table has "
                                    "it). Set before READY",
                                    nullptr, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.multicast.interface = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.multicast.interface); }},
    {[] {
         return g_param_spec_string("udp-ports", "UDP ports",
                                    "Local ports for RTP and RTCP over UDP as MIN-MAX, both within it (unset: any). "
                                    "Set before READY",
                                    nullptr, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.udp_ports = text(v); },
     [](const Settings &s, GValue *v) { set_text(v, s.udp_ports); }},
    {[] {
         return g_param_spec_uint("io-threads", "I/O threads",
                                  "Threads that serve viewers (0: as many as cores, at most 4). Set before READY", 0,
                                  64, 0, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.io_threads = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.io_threads); }},
    {[] {
         return g_param_spec_uint("session-timeout", "Session time-out",
                                  "Seconds after which a viewer that gives no sign of life is closed. Set before READY",
                                  1, 86400, 60, kUntilOpen);
     },
     [](Settings &s, const GValue *v) { s.session_timeout = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.session_timeout); }},
    {[] {
         return g_param_spec_uint("mtu", "MTU",
                                  "Largest RTP packet in bytes that our payloaders make; application/x-rtp passes as "
                                  "it comes. Set before caps arrive",
                                  64, 65000, 1400, kUntilCaps);
     },
     [](Settings &s, const GValue *v) { s.mtu = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.mtu); }},
    {[] {
         return g_param_spec_enum("start-mode", "Start mode", "How a viewer begins. Set before PAUSED",
                                  start_mode_type(), static_cast<int>(StartMode::Auto), kUntilPaused);
     },
     [](Settings &s, const GValue *v) { s.mount.start_mode = static_cast<StartMode>(g_value_get_enum(v)); },
     [](const Settings &s, GValue *v) { g_value_set_enum(v, static_cast<int>(s.mount.start_mode)); }},
    {[] {
         return g_param_spec_uint(
             "burst-max", "Longest burst",
             "With start-mode=auto, milliseconds since the last key frame beyond which the encoder "
             "is asked for a new one. Set before PAUSED",
             0, 60000, 2000, kUntilPaused);
     },
     [](Settings &s, const GValue *v) { s.mount.burst_max = milliseconds(v); },
     [](const Settings &s, GValue *v) { set_milliseconds(v, s.mount.burst_max); }},
    {[] {
         return g_param_spec_uint("ring-duration", "Ring duration",
                                  "Milliseconds of each mapping that are held at least; the current GOP is held in any "
                                  "case. Set before PAUSED",
                                  0, 3600000, 2000, kUntilPaused);
     },
     [](Settings &s, const GValue *v) { s.mount.ring.duration = milliseconds(v); },
     [](const Settings &s, GValue *v) { set_milliseconds(v, s.mount.ring.duration); }},
    {[] {
         return g_param_spec_uint64("ring-bytes", "Ring bytes",
                                    "Bytes of each mapping that are held at most. Set before PAUSED", 65536,
                                    G_MAXUINT32, 32 * 1024 * 1024, kUntilPaused);
     },
     [](Settings &s, const GValue *v) { s.mount.ring.bytes = g_value_get_uint64(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint64(v, s.mount.ring.bytes); }},
    {[] {
         return g_param_spec_enum("slow-viewers", "Slow viewers",
                                  "What happens to a viewer that falls behind. Nobody else is touched. Set before "
                                  "PAUSED",
                                  slow_viewer_policy_type(), static_cast<int>(SlowViewerPolicy::Skip), kUntilPaused);
     },
     [](Settings &s, const GValue *v) { s.mount.slow_viewers = static_cast<SlowViewerPolicy>(g_value_get_enum(v)); },
     [](const Settings &s, GValue *v) { g_value_set_enum(v, static_cast<int>(s.mount.slow_viewers)); }},
    {[] {
         return g_param_spec_uint("max-lag", "Longest lag",
                                  "Milliseconds behind the live edge from which a viewer counts as slow. Set before "
                                  "PAUSED",
                                  0, 3600000, 1000, kUntilPaused);
     },
     [](Settings &s, const GValue *v) { s.mount.max_lag = milliseconds(v); },
     [](const Settings &s, GValue *v) { set_milliseconds(v, s.mount.max_lag); }},
    {[] {
         return g_param_spec_uint64("max-lag-bytes", "Largest lag",
                                    "Bytes behind the live edge from which a viewer counts as slow. Set before PAUSED",
                                    65536, G_MAXUINT32, 8 * 1024 * 1024, kUntilPaused);
     },
     [](Settings &s, const GValue *v) { s.mount.max_lag_bytes = g_value_get_uint64(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint64(v, s.mount.max_lag_bytes); }},
    {[] {
         return g_param_spec_object("rtsp-server", "RTSP server",
                                    "GstRTSPServer of the application that gets the connections of viewers who ask for "
                                    "paths that are no mappings: files, other factories. It needs no port of its own. "
                                    "Set before READY",
                                    GST_TYPE_RTSP_SERVER, kUntilOpen);
     },
     [](Settings &s, const GValue *v) {
         s.rtsp_server = Ref<GstRTSPServer>::share(static_cast<GstRTSPServer *>(g_value_get_object(v)));
     },
     [](const Settings &s, GValue *v) { g_value_set_object(v, s.rtsp_server.get()); }},
};

}  // namespace

std::string text(const GValue *value) {
    const char *string = g_value_get_string(value);
    return string ? string : "";
}

void set_text(GValue *value, const std::string &string) {
    g_value_set_string(value, string.empty() ? nullptr : string.c_str());
}

Scope scope_of(const GParamSpec *spec) {
    if (spec->flags & GST_PARAM_MUTABLE_PAUSED)
        return Scope::Caps;
    return spec->flags & GST_PARAM_MUTABLE_READY ? Scope::Mount : Scope::Server;
}

std::span<const Property> properties() {
    static const std::vector<Property> all = [] {
        std::vector<Property> joined(std::begin(kProperties), std::end(kProperties));
        for (const auto table : {access_properties(), tls_properties(), srtp_properties()})
            joined.insert(joined.end(), table.begin(), table.end());
        return joined;
    }();
    return all;
}

}  // namespace rtspsink
