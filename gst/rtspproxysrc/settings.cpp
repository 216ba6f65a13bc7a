// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settings.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "certificate_pin.h"
#include "location.h"

namespace rtspproxy {

namespace {

struct Transport {
    std::string_view name;
    GstRTSPLowerTrans value;
};

constexpr Transport kTransports[] = {
    {"tcp", GST_RTSP_LOWER_TRANS_TCP},
    {"udp", GST_RTSP_LOWER_TRANS_UDP},
    {"udp-mcast", GST_RTSP_LOWER_TRANS_UDP_MCAST},
    {"http", GST_RTSP_LOWER_TRANS_HTTP},
};

// The URL chooses among them.
constexpr auto kAny = static_cast<GstRTSPLowerTrans>(GST_RTSP_LOWER_TRANS_UDP | GST_RTSP_LOWER_TRANS_UDP_MCAST |
                                                     GST_RTSP_LOWER_TRANS_TCP);

rtspcore::Failure<BadSetting> refuse(const char *property, std::string_view value, std::string_view fix) {
    return {{property},
            std::string("Property '") + property + "': '" + masked(value) + "' cannot be used: " + std::string(fix)};
}

Checked<std::vector<GstRTSPLowerTrans>> parse_transports(const std::string &text) {
    std::vector<GstRTSPLowerTrans> list;
    for (const std::string &name : split_locations(text)) {
        const auto *found = std::find_if(std::begin(kTransports), std::end(kTransports),
                                         [&](const Transport &transport) { return transport.name == name; });
        if (found == std::end(kTransports))
            return refuse("transports", text,
                          "name tcp, udp, udp-mcast or http, in the order to try them, as 'tcp,udp'.");
        list.push_back(found->value);
    }
    if (list.empty())
        return refuse("transports", text, "name one at least: tcp, udp, udp-mcast or http.");
    return list;
}

}  // namespace

const char *transport_name(GstRTSPLowerTrans transport) {
    const auto *found = std::find_if(std::begin(kTransports), std::end(kTransports),
                                     [transport](const Transport &known) { return known.value == transport; });
    return found == std::end(kTransports) ? "any" : found->name.data();
}

Checked<rtspcore::Ref<GTlsDatabase>> tls_database(const Settings &settings) {
    using Database = rtspcore::Ref<GTlsDatabase>;
    if (!settings.tls_fingerprint.empty()) {
        const auto fingerprint = parse_fingerprint(settings.tls_fingerprint);
        if (!fingerprint)
            return refuse("tls-fingerprint", settings.tls_fingerprint,
                          "it is not the 64 digits of a SHA-256, as 'openssl x509 -fingerprint -sha256' prints them.");
        return Database::adopt(make_certificate_pin(*fingerprint));
    }
    if (settings.tls_ca.empty())
        return Database();
    GError *error = nullptr;
    GTlsDatabase *database = g_tls_file_database_new(settings.tls_ca.c_str(), &error);
    if (database)
        return Database::adopt(database);
    const std::string why =
        std::string(error->message) + ". Name a PEM file of certificates; glib-networking must be installed.";
    g_error_free(error);
    return refuse("tls-ca", settings.tls_ca, why);
}

Checked<std::vector<Source>> sources_of(const Settings &settings) {
    const auto transports = parse_transports(settings.transports);
    if (!transports)
        return transports.error();
    const bool is_list = !settings.locations.empty();
    if (is_list && !settings.location.empty())
        return refuse("location", settings.location,
                      "'locations' is set as well ('" + masked(settings.locations) +
                          "'). Set one of the two: 'location', or 'locations' with all in it, the best first.");
    const char *property = is_list ? "locations" : "location";
    const auto urls = split_locations(is_list ? settings.locations : settings.location);
    if (urls.empty())
        return refuse(property, "", "tell where the stream is, as location=rtsp://HOST/PATH.");
    std::vector<Source> sources;
    for (const std::string &url : urls) {
        if (!is_usable(url))
            return refuse(property, url, "it is no RTSP URL, as rtsp://HOST/PATH.");
        sources.push_back({upstream_url(url), names_transport(url) ? std::vector{kAny} : *transports});
    }
    return sources;
}

}  // namespace rtspproxy
