// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/rtsp-server/rtsp-server.h>
#include <gst/rtsp/rtsp.h>

#include <string>

#include "access_settings.h"
#include "media/mount.h"
#include "problem.h"
#include "server/server.h"
#include "srtp_settings.h"
#include "tls_settings.h"

namespace rtspsink {

// The element's properties as they were set, unchecked: what is wrong with them is told when the element opens.
// Plain values; whoever shares them guards them.
struct Settings {
    std::string address;
    std::string service = "554";
    std::string mapping = "/test";
    std::string bad_location;  // a `location` that cannot be used, without the credentials it may have had
    GstRTSPLowerTrans protocols = static_cast<GstRTSPLowerTrans>(GST_RTSP_LOWER_TRANS_UDP | GST_RTSP_LOWER_TRANS_TCP |
                                                                 GST_RTSP_LOWER_TRANS_UDP_MCAST);
    rtspcore::server::MulticastConfig multicast;
    std::string udp_ports;
    unsigned io_threads = 0;
    unsigned session_timeout = 60;
    unsigned mtu = 1400;
    AccessSettings access;
    rtspcore::media::MountConfig mount;
    TlsSettings tls;
    SrtpSettings srtp;
    Ref<GstRTSPServer> rtsp_server;  // of the application
};

// Takes address, service and mapping from "rtsp://address:port/mapping".
void set_location(Settings &settings, const std::string &location);
std::string location(const Settings &settings);

// 0 to 65535, or -1 if `service` is no port.
int port_of(const std::string &service);

// Fails for a service, address, location, port range or mapping that cannot be used.
Outcome<rtspcore::server::ServerConfig> server_config(const Settings &settings);

// What of it is about multicast; fails for ranges that cannot be used, unless multicast is off.
Outcome<rtspcore::server::MulticastConfig> multicast_config(const Settings &settings);

// Whether viewers may ask for it.
bool serves_multicast(const Settings &settings);

// What a pad's properties choose for its stream; without an address nothing is chosen.
struct PadGroup {
    std::string pad;
    rtspcore::media::TrackConfig::FixedGroup group;
};
// Fails for one that cannot be used.
Outcome<void> check_group(const rtspcore::media::TrackConfig::FixedGroup &group);
// Fails for two that would meet in ports, of RTP or RTCP.
Outcome<void> check_groups(const PadGroup &one, const PadGroup &other, const rtspcore::server::MulticastConfig &config);

}  // namespace rtspsink
