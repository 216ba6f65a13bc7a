// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <optional>
#include <utility>

#include "settings.h"

namespace rtspsink {

using rtspcore::media::TrackConfig;
using rtspcore::net::SocketAddress;
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

std::string group_of_default(int number) {
    return "239.255." + std::to_string(number / 256) + "." + std::to_string(number % 256);
}

// Servers that were left to themselves, in this network or in this process, shall not send to one group: each takes 254
// of the default's 65534, and gives away the first of them first.
void narrow_default(MulticastConfig &config) {
    const MulticastConfig untouched;
    if (config.ip_min != untouched.ip_min || config.ip_max != untouched.ip_max)
        return;
    constexpr int kGroups = 254;
    constexpr int kLast = 65534;
    const int first = g_random_int_range(1, kLast - kGroups + 2);
    config.ip_min = group_of_default(first);
    config.ip_max = group_of_default(first + kGroups - 1);
}

std::optional<SocketAddress> endpoint_of(const TrackConfig::FixedGroup &group, const MulticastConfig &config) {
    const unsigned port = group.port != 0 ? group.port : rtspcore::server::first_port(config);
    return SocketAddress::parse(group.address, static_cast<uint16_t>(port));
}

std::string pair_at(const SocketAddress &endpoint) {
    return std::to_string(endpoint.port()) + "-" + std::to_string(endpoint.port() + 1);
}

constexpr unsigned kLastPort = 65535;

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
    config.enabled = serves_multicast(settings);
    return config;
}

bool serves_multicast(const Settings &settings) {
    return settings.multicast.enabled && (settings.protocols & GST_RTSP_LOWER_TRANS_UDP_MCAST) != 0;
}

Outcome<void> check_group(const TrackConfig::FixedGroup &group) {
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

Outcome<void> check_groups(const PadGroup &one, const PadGroup &other, const MulticastConfig &config) {
    const auto first = endpoint_of(one.group, config);
    const auto second = endpoint_of(other.group, config);
    if (!first || !second || !rtspcore::server::overlap(*first, *second))
        return {};
    const unsigned higher = std::max(first->port(), second->port());
    const unsigned apart = higher + 3 <= kLastPort ? higher + 2 : std::min(first->port(), second->port()) - 2;
    return refuse(bad_setting("multicast-port", std::to_string(second->port()),
                              "pads '" + one.pad + "' and '" + other.pad + "' would both send to group " +
                                  first->host() + ", at ports " + pair_at(*first) + " and " + pair_at(*second) +
                                  ", RTP and RTCP: set " + other.pad + "::multicast-port=" + std::to_string(apart) +
                                  " for example, or another multicast-ip"));
}

}  // namespace rtspsink
