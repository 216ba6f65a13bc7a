// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "settings.h"

namespace rtspsink {

using rtspcore::server::MulticastConfig;
using rtspcore::server::MulticastFault;

namespace {

// Of which property of the element a fault is, and what it was set to.
std::pair<const char *, std::string> culprit(const MulticastConfig &config, MulticastFault fault) {
    switch (fault) {
        case MulticastFault::IpMin:
            return {"multicast-ip-min", config.ip_min};
        case MulticastFault::IpMax:
            return {"multicast-ip-max", config.ip_max};
        case MulticastFault::PortMin:
            return {"multicast-port-min", std::to_string(config.port_min)};
        case MulticastFault::PortMax:
            return {"multicast-port-max", std::to_string(config.port_max)};
        case MulticastFault::Interface:
            break;
    }
    return {"multicast-iface", config.interface};
}

// Servers that were left to themselves, in this network or in this process, shall not send to one group: each takes 254
// of the default's 65534.
void narrow_default(MulticastConfig &config) {
    const MulticastConfig untouched;
    if (config.ip_min != untouched.ip_min || config.ip_max != untouched.ip_max)
        return;
    const std::string block = "239.255." + std::to_string(g_random_int_range(0, 256));
    config.ip_min = block + ".1";
    config.ip_max = block + ".254";
}

}  // namespace

Outcome<MulticastConfig> multicast_config(const Settings &settings) {
    MulticastConfig config = settings.multicast;
    if (!config.enabled)
        return config;
    if (const auto checked = rtspcore::server::check(config); !checked) {
        const auto [property, value] = culprit(config, checked.error().code);
        return refuse(bad_setting(property, value, checked.error().message));
    }
    narrow_default(config);
    config.enabled = (settings.protocols & GST_RTSP_LOWER_TRANS_UDP_MCAST) != 0;
    return config;
}

Outcome<void> check_group(const rtspcore::media::TrackConfig::FixedGroup &group) {
    if (group.address.empty() && group.port != 0)
        return refuse(
            bad_setting("multicast-port", std::to_string(group.port), "a pad that has it needs multicast-ip too"));
    if (group.address.empty())
        return {};
    const auto checked = rtspcore::server::check_group(group.address, group.port);
    if (checked)
        return {};
    const bool is_address = checked.error().code == MulticastFault::IpMin;
    return refuse(bad_setting(is_address ? "multicast-ip" : "multicast-port",
                              is_address ? group.address : std::to_string(group.port), checked.error().message));
}

}  // namespace rtspsink
