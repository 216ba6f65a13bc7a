// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settings.h"

#include <charconv>
#include <memory>
#include <optional>

#include "mapping.h"

namespace rtspsink {

using rtspcore::server::ServerConfig;
using rtspcore::server::UdpPortRange;

namespace {

constexpr const char *kWildcardAddress = "0.0.0.0";

std::optional<unsigned> parse_number(std::string_view text, unsigned max) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number > max)
        return std::nullopt;
    return number;
}

// "5000-5999"; both ends are in it. RTP takes even ports and RTCP the odd ones after them (RFC 3550 section 11).
std::optional<UdpPortRange> parse_udp_ports(std::string_view text) {
    if (text.empty())
        return UdpPortRange{};
    const size_t dash = text.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    const auto min = parse_number(text.substr(0, dash), 65535);
    const auto max = parse_number(text.substr(dash + 1), 65535);
    if (!min || !max || *min == 0 || *max <= *min)
        return std::nullopt;
    return UdpPortRange{static_cast<uint16_t>(*min), static_cast<uint16_t>(*max)};
}

struct UrlDeleter {
    void operator()(GstRTSPUrl *url) const { gst_rtsp_url_free(url); }
};

// As a launch line has them: "tcp+udp-mcast".
std::string protocol_names(unsigned protocols) {
    auto *flags = static_cast<GFlagsClass *>(g_type_class_ref(GST_TYPE_RTSP_LOWER_TRANS));
    std::string names;
    for (guint i = 0; i < flags->n_values; ++i)
        if (flags->values[i].value != 0 && (protocols & flags->values[i].value) != 0)
            names += (names.empty() ? "" : "+") + std::string(flags->values[i].value_nick);
    g_type_class_unref(flags);
    return names;
}

bool is_ipv6(const std::string &address) {
    return address.find(':') != std::string::npos;
}

}  // namespace

int port_of(const std::string &service) {
    if (service == "rtsp")  // its name in services(5)
        return 554;
    const auto port = parse_number(service, 65535);
    return port ? static_cast<int>(*port) : -1;
}

void set_location(Settings &settings, const std::string &location) {
    settings.bad_location.clear();
    if (location.empty())
        return;
    GstRTSPUrl *parsed = nullptr;
    if (gst_rtsp_url_parse(location.c_str(), &parsed) != GST_RTSP_OK || !parsed->host) {
        gst_rtsp_url_free(parsed);
        settings.bad_location = location;
        return;
    }
    const std::unique_ptr<GstRTSPUrl, UrlDeleter> url(parsed);
    // Served in the clear and open to all, they would be what was not asked for.
    if (url->user || (url->transports & GST_RTSP_LOWER_TRANS_TLS)) {
        settings.bad_location = url->user ? "rtsp://user:password@..." : location;
        return;
    }
    guint16 port = 0;
    gst_rtsp_url_get_port(url.get(), &port);
    settings.address = url->host;
    settings.service = std::to_string(port);
    const std::string_view path = url->abspath ? url->abspath : "";
    if (!path.empty() && path != "/")
        settings.mapping = url->abspath;
}

std::string location(const Settings &settings) {
    const std::string host = settings.address.empty() ? kWildcardAddress : settings.address;
    const char *slash = settings.mapping.rfind('/', 0) == 0 ? "" : "/";
    return "rtsp://" + (is_ipv6(host) ? "[" + host + "]" : host) + ":" + settings.service + slash + settings.mapping;
}

Outcome<ServerConfig> server_config(const Settings &settings) {
    if (!settings.bad_location.empty())
        return refuse(bad_setting("location", settings.bad_location,
                                  "use the form rtsp://0.0.0.0:8554/test, without credentials or TLS"));
    const int port = port_of(settings.service);
    if (port < 0)
        return refuse(bad_setting("service", settings.service,
                                  "use a TCP port, service=8554 for example, or 0 for any that is free"));
    const auto udp_ports = parse_udp_ports(settings.udp_ports);
    if (!udp_ports)
        return refuse(bad_setting("udp-ports", settings.udp_ports,
                                  "use MIN-MAX, udp-ports=5000-5999 for example; two ports are the least"));
    const unsigned lower = settings.protocols;
    auto multicast = multicast_config(settings);
    if (!multicast)
        return refuse(multicast.error().code);
    const bool unicast = (lower & (GST_RTSP_LOWER_TRANS_UDP | GST_RTSP_LOWER_TRANS_TCP)) != 0;
    if (!unicast && !multicast->enabled)
        return refuse(bad_setting("protocols", protocol_names(lower),
                                  "nothing would be served: use tcp, udp or both, or udp-mcast with multicast=true"));
    if (const auto path = path_of(settings.mapping, "property 'mapping'"); !path)
        return refuse(path.error().code);

    auto tls = tls_config(settings.tls);
    if (!tls)
        return refuse(tls.error().code);
    const auto srtp = srtp_config(settings.srtp, *tls);
    if (!srtp)
        return refuse(srtp.error().code);
    auto access = access_config(settings.access);
    if (!access)
        return refuse(access.error().code);

    ServerConfig config;
    config.tls = *std::move(tls);
    config.srtp = *srtp;
    config.access = *std::move(access);
    config.max_connections = settings.access.max_connections;
    config.address = settings.address;
    config.port = static_cast<uint16_t>(port);
    config.udp_ports = *udp_ports;
    config.io_threads = settings.io_threads;
    config.session_timeout = std::chrono::seconds(settings.session_timeout);
    config.allow_udp = (lower & GST_RTSP_LOWER_TRANS_UDP) != 0;
    config.allow_tcp = (lower & GST_RTSP_LOWER_TRANS_TCP) != 0;
    config.multicast = *std::move(multicast);
    config.server_name = "gst-rtspsink/" PACKAGE_VERSION;
    return config;
}

}  // namespace rtspsink
