// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtspsrc.h"

#include "location.h"

namespace rtspproxy {

namespace {

// What goes over all requests of one rtspsrc.
// Thread: its own, which sends them.
struct Requests {
    std::function<std::string()> via;
    std::function<void()> insisted;
    bool set_up = false;  // what is there has been told
    GstRTSPMethod method = GST_RTSP_INVALID;
    std::string uri;
    unsigned times = 0;
};

// Once without credentials or with a nonce of before, and once with what the answer asked for: rtspsrc repeats the same
// user-id and user-pw eight times, and a camera locks out who does that. Later the same request again is a sign of
// life.
bool insists(Requests &requests, GstRTSPMethod method, const char *uri) {
    constexpr unsigned kMost = 2;
    requests.set_up = requests.set_up || (method != GST_RTSP_OPTIONS && method != GST_RTSP_DESCRIBE);
    const bool again = method == requests.method && requests.uri == uri;
    requests.times = again ? requests.times + 1 : 1;
    requests.method = method;
    requests.uri = uri;
    return !requests.set_up && requests.times > kMost;
}

gboolean take_request(GstElement *, GstRTSPMessage *message, gpointer data) {
    auto *requests = static_cast<Requests *>(data);
    GstRTSPMethod method = GST_RTSP_INVALID;
    const gchar *uri = nullptr;
    if (gst_rtsp_message_get_type(message) != GST_RTSP_MESSAGE_REQUEST ||
        gst_rtsp_message_parse_request(message, &method, &uri, nullptr) != GST_RTSP_OK)
        return TRUE;
    if (insists(*requests, method, uri)) {
        if (requests->insisted)
            requests->insisted();
        return FALSE;
    }
    if (!requests->via)
        return TRUE;
    // A request that is sent again, with credentials, has it already.
    gst_rtsp_message_remove_header(message, GST_RTSP_HDR_VIA, -1);
    gst_rtsp_message_take_header(message, GST_RTSP_HDR_VIA, g_strdup(requests->via().c_str()));
    return TRUE;
}

void forget_requests(gpointer requests, GClosure *) {
    delete static_cast<Requests *>(requests);
}

// Never in the URL, which rtspsrc tells debug logs and progress messages.
void set_credentials(GstElement *source, const Address &address, const RtspsrcConfig &config) {
    const std::string &user = address.has_user ? address.user : config.user_id;
    const std::string &password = address.has_user ? address.password : config.user_pw;
    if (!user.empty())
        g_object_set(source, "user-id", user.c_str(), "user-pw", password.c_str(), nullptr);
}

}  // namespace

GstElement *make_rtspsrc(const RtspsrcConfig &config) {
    GstElement *source = gst_element_factory_make("rtspsrc", nullptr);
    if (!source)
        return nullptr;
    constexpr guint64 kMicroseconds = 1000;
    // It tunnels by the scheme of its URL alone; media then comes as over TCP.
    const bool tunnels = config.transports == GST_RTSP_LOWER_TRANS_HTTP;
    const Address address = address_of(tunnels ? tunnelled_url(config.url) : config.url);
    const guint protocols = tunnels ? GST_RTSP_LOWER_TRANS_TCP : config.transports;
    // Our own watchdog comes first, and does what `timeout` (of UDP) would.
    g_object_set(source, "location", address.url.c_str(), "latency", config.latency, "protocols", protocols,
                 "tcp-timeout", 2 * config.timeout * kMicroseconds, "timeout", guint64{0}, nullptr);
    set_credentials(source, address, config);
    g_object_set(source, "tls-validation-flags", config.tls_validation_flags, nullptr);
    if (config.tls_database)
        g_object_set(source, "tls-database", config.tls_database.get(), nullptr);
    auto *requests = new Requests;
    requests->via = config.via;
    requests->insisted = config.insisted;
    g_signal_connect_data(source, "before-send", G_CALLBACK(take_request), requests, forget_requests,
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
