// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtspsrc.h"

#include "location.h"

namespace rtspproxy {

namespace {

using Via = std::function<std::string()>;

gboolean add_via(GstElement *, GstRTSPMessage *message, gpointer via) {
    if (gst_rtsp_message_get_type(message) != GST_RTSP_MESSAGE_REQUEST)
        return TRUE;
    // A request that is sent again, with credentials, has it already.
    gst_rtsp_message_remove_header(message, GST_RTSP_HDR_VIA, -1);
    gst_rtsp_message_take_header(message, GST_RTSP_HDR_VIA, g_strdup((*static_cast<const Via *>(via))().c_str()));
    return TRUE;
}

void forget_via(gpointer via, GClosure *) {
    delete static_cast<Via *>(via);
}

}  // namespace

GstElement *make_rtspsrc(const RtspsrcConfig &config) {
    GstElement *source = gst_element_factory_make("rtspsrc", nullptr);
    if (!source)
        return nullptr;
    constexpr guint64 kMicroseconds = 1000;
    // It tunnels by the scheme of its URL alone; media then comes as over TCP.
    const bool tunnels = config.transports == GST_RTSP_LOWER_TRANS_HTTP;
    const std::string url = tunnels ? tunnelled_url(config.url) : config.url;
    const guint protocols = tunnels ? GST_RTSP_LOWER_TRANS_TCP : config.transports;
    // Our own watchdog comes first, and does what `timeout` (of UDP) would.
    g_object_set(source, "location", url.c_str(), "latency", config.latency, "protocols", protocols, "tcp-timeout",
                 2 * config.timeout * kMicroseconds, "timeout", guint64{0}, nullptr);
    if (!config.user_id.empty())
        g_object_set(source, "user-id", config.user_id.c_str(), "user-pw", config.user_pw.c_str(), nullptr);
    g_object_set(source, "tls-validation-flags", config.tls_validation_flags, nullptr);
    if (config.tls_database)
        g_object_set(source, "tls-database", config.tls_database.get(), nullptr);
    if (config.via)
        g_signal_connect_data(source, "before-send", G_CALLBACK(add_via), new Via(config.via), forget_via,
                              static_cast<GConnectFlags>(0));
    if (config.set_up)
        config.set_up(source);
    return source;
}

Failure rtspsrc_missing() {
    return {Reason::Broken, "There is no element rtspsrc. Install gst-plugins-good (gstreamer1.0-plugins-good)."};
}

Failure failure_in(GstMessage *message) {
    if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR)
        return {};
    GError *error = nullptr;
    gchar *details = nullptr;
    gst_message_parse_error(message, &error, &details);
    Failure failure = failure_of(*error, details);
    g_error_free(error);
    g_free(details);
    return failure;
}

}  // namespace rtspproxy
