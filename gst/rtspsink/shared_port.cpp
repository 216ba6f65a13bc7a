// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shared_port.h"

namespace rtspsink {

using rtspcore::server::ServerConfig;
using rtspcore::server::UdpPortRange;
using rtspcore::server::access::AccessConfig;

namespace {

struct AccessProperty {
    const char *name;
    bool (*same)(const AccessConfig &one, const AccessConfig &other);
};

template <auto member>
bool same(const AccessConfig &one, const AccessConfig &other) {
    return one.*member == other.*member;
}

const AccessProperty kAccess[] = {
    {"auth", same<&AccessConfig::users>},
    {"auth-methods",
     [](const AccessConfig &a, const AccessConfig &b) {
         return a.allow_basic == b.allow_basic && a.allow_digest == b.allow_digest;
     }},
    {"auth-realm", same<&AccessConfig::realm>},
    {"auth-file", same<&AccessConfig::users_file>},
    {"token-keys", same<&AccessConfig::token_keys>},
    {"allow", same<&AccessConfig::allow>},
    {"deny", same<&AccessConfig::deny>},
    {"trusted-proxies", same<&AccessConfig::trusted_proxies>},
    {"websocket-origins", same<&AccessConfig::websocket_origins>},
    {"max-connections-per-address", same<&AccessConfig::max_connections_per_host>},
    {"max-unauthenticated", same<&AccessConfig::max_strangers>},
    {"max-sessions", same<&AccessConfig::max_sessions>},
    {"max-requests", same<&AccessConfig::max_requests_a_second>},
    {"max-bitrate", same<&AccessConfig::max_bit_rate>},
    {"authorize-timeout", same<&AccessConfig::authorize_wait>},
};

// As people read it; none is secret.
struct ServerProperty {
    const char *name;
    std::string (*value)(const ServerConfig &config);
};

std::string protocols_of(const ServerConfig &config) {
    const std::string both = config.allow_tcp && config.allow_udp ? "tcp+udp" : config.allow_tcp ? "tcp" : "udp";
    return config.allow_tcp || config.allow_udp ? both : "udp-mcast";
}

std::string ports_of(const UdpPortRange &range) {
    return range.min == 0 ? "any" : std::to_string(range.min) + "-" + std::to_string(range.max);
}

std::string interface_of(const ServerConfig &config) {
    return config.multicast.interface.empty() ? "any" : config.multicast.interface;
}

const ServerProperty kServer[] = {
    {"protocols", protocols_of},
    {"multicast", [](const ServerConfig &c) -> std::string { return c.multicast.enabled ? "true" : "false"; }},
    {"udp-ports", [](const ServerConfig &c) { return ports_of(c.udp_ports); }},
    {"io-threads", [](const ServerConfig &c) { return std::to_string(c.io_threads); }},
    {"session-timeout", [](const ServerConfig &c) { return std::to_string(c.session_timeout.count()); }},
    {"max-connections", [](const ServerConfig &c) { return std::to_string(c.max_connections); }},
};

const ServerProperty kMulticast[] = {
    {"multicast-ip-min", [](const ServerConfig &c) { return c.multicast.ip_min; }},
    {"multicast-ip-max", [](const ServerConfig &c) { return c.multicast.ip_max; }},
    {"multicast-port-min", [](const ServerConfig &c) { return std::to_string(c.multicast.port_min); }},
    {"multicast-port-max", [](const ServerConfig &c) { return std::to_string(c.multicast.port_max); }},
    {"multicast-ttl", [](const ServerConfig &c) { return std::to_string(c.multicast.ttl); }},
    {"multicast-iface", interface_of},
};

// What was left at its default is taken over without a word.
template <typename Table>
void add_overruled(const Table &table, const ServerConfig &asked, const ServerConfig &in_force,
                   std::vector<std::string> &sentences) {
    const ServerConfig untouched;
    for (const ServerProperty &property : table) {
        const std::string wanted = property.value(asked);
        const std::string is = property.value(in_force);
        if (wanted != is && wanted != property.value(untouched))
            sentences.push_back(overruled_setting(property.name, wanted, is, in_force.port));
    }
}

}  // namespace

std::vector<std::string> different_access(const AccessConfig &one, const AccessConfig &other) {
    std::vector<std::string> names;
    for (const AccessProperty &property : kAccess)
        if (!property.same(one, other))
            names.emplace_back(property.name);
    return names;
}

std::vector<std::string> overruled(const Settings &settings, const ServerConfig &asked, const ServerConfig &in_force) {
    std::vector<std::string> sentences;
    add_overruled(kServer, asked, in_force, sentences);
    if (!asked.multicast.enabled || !in_force.multicast.enabled)
        return sentences;
    // The default range was narrowed at random.
    ServerConfig set;
    set.multicast = settings.multicast;
    add_overruled(kMulticast, set, in_force, sentences);
    return sentences;
}

}  // namespace rtspsink
