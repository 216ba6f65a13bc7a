// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtspsrc.h"

namespace rtspproxy {

GstElement *make_rtspsrc(const RtspsrcConfig &config) {
    GstElement *source = gst_element_factory_make("rtspsrc", nullptr);
    if (!source)
        return nullptr;
    constexpr guint64 kMicroseconds = 1000;
    // Our own watchdog comes first, and does what `timeout` (of UDP) would.
    g_object_set(source, "location", config.url.c_str(), "latency", config.latency, "protocols",
                 static_cast<guint>(config.transports), "tcp-timeout", 2 * config.timeout * kMicroseconds, "timeout",
                 guint64{0}, nullptr);
    if (!config.user_id.empty())
        g_object_set(source, "user-id", config.user_id.c_str(), "user-pw", config.user_pw.c_str(), nullptr);
    g_object_set(source, "tls-validation-flags", config.tls_validation_flags, nullptr);
    if (config.tls_database)
        g_object_set(source, "tls-database", config.tls_database.get(), nullptr);
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
