// SPDX-License-Identifier: LGPL-2.1-or-later
#include "proxy_source.h"

#include "log.h"

namespace rtspproxy {

namespace {

constexpr const char *kName = "rtspproxysrc";

int resource_error(Reason reason) {
    switch (reason) {
        case Reason::Unauthorized:
        case Reason::Untrusted:
            return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
        case Reason::NotFound:
            return GST_RESOURCE_ERROR_NOT_FOUND;
        case Reason::NoData:
        case Reason::Ended:
            return GST_RESOURCE_ERROR_READ;
        default:
            return GST_RESOURCE_ERROR_OPEN_READ;
    }
}

void post_error(GstElement *element, int code, const std::string &text) {
    gst_element_message_full(element, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, code, g_strdup(text.c_str()), nullptr,
                             __FILE__, G_STRFUNC, __LINE__);
}

struct ErrorCode {
    GQuark domain;
    int code;
};

void post_warning(GstElement *element, ErrorCode code, const std::string &text) {
    gst_element_message_full(element, GST_MESSAGE_WARNING, code.domain, code.code, g_strdup(text.c_str()), nullptr,
                             __FILE__, G_STRFUNC, __LINE__);
}

}  // namespace

ProxySource::ProxySource(GstElement *element, guint set_up_signal)
    : element_(element),
      outputs_(
          element,
          [this](unsigned output, const rtspsink::Watchers &watchers) { supervisor_.set_watched(output, watchers); },
          name_),
      supervisor_({element, name_, [this] { return settings(); },
                   [element, set_up_signal](GstElement *source) { g_signal_emit(element, set_up_signal, 0, source); },
                   [this](const Status &status) { tell(status); }, [this](const Failure &failure) { give_up(failure); },
                   [this](const std::string &pads) { tell_untaken(pads); }},
                  outputs_, reception_) {}

void ProxySource::change_settings(const std::function<void(Settings &)> &change) {
    auto settings = settings_.lock();
    const unsigned before = settings->hold_down;
    change(*settings);
    const bool is_other = settings->hold_down != before;
    settings.unlock();
    if (is_other)
        supervisor_.follow_hold_down();
}

bool ProxySource::check() {
    const Settings settings = this->settings();
    const auto sources = sources_of(settings);
    const auto database = tls_database(settings);
    if (!sources || !database)
        post_error(element_, GST_RESOURCE_ERROR_SETTINGS, sources ? database.error().message : sources.error().message);
    return sources && database;
}

void ProxySource::start() {
    const Settings settings = this->settings();
    outputs_.set_mode(settings.mode);
    outputs_.set_latency(settings.latency * GST_MSECOND);
    if (auto sources = sources_of(settings))
        supervisor_.start(*std::move(sources));
    if (settings.on_demand)
        outputs_.make_first();
}

void ProxySource::stop() {
    supervisor_.stop();
    outputs_.clear();
}

GstStateChangeReturn ProxySource::change_state(GstStateChange transition,
                                               const std::function<GstStateChangeReturn()> &parent_class) {
    if (transition == GST_STATE_CHANGE_NULL_TO_READY && !check())
        return GST_STATE_CHANGE_FAILURE;
    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
        start();
    if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
        outputs_.set_wanted(false);

    const GstStateChangeReturn result = parent_class();

    // Pads are inactive now, so that no push holds up the end of the upstream.
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
        stop();
    if (result == GST_STATE_CHANGE_FAILURE)
        return result;
    if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING) {
        outputs_.set_wanted(true);
        supervisor_.play();
    }
    const bool is_live =
        transition == GST_STATE_CHANGE_READY_TO_PAUSED || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED;
    return is_live ? GST_STATE_CHANGE_NO_PREROLL : result;
}

void ProxySource::tell(const Status &status) {
    gst_element_post_message(
        element_, gst_message_new_element(GST_OBJECT(element_), to_structure(kName, status, reception_.totals())));
    g_object_notify(G_OBJECT(element_), "state");
    if (notice_.is_due(status, rtspcore::monotonic_now()))
        post_warning(element_, {GST_RESOURCE_ERROR, resource_error(status.failure.reason)},
                     status.failure.text + " It tries again by itself.");
}

void ProxySource::give_up(const Failure &failure) {
    // EOS needs a pad to go out by.
    if (settings().on_failure == OnFailure::Eos && !outputs_.empty())
        outputs_.end();
    else
        post_error(element_, resource_error(failure.reason), failure.text);
}

void ProxySource::tell_untaken(const std::string &pads) {
    std::string text = "Media comes, and nobody takes it from " + pads + ": link it";
    text += settings().mode == Mode::Rtp ? ", or set mode=encoded for elements that do not take RTP." : ".";
    post_warning(element_, {GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED}, text);
}

GstStructure *ProxySource::statistics() {
    return to_structure("application/x-rtspproxysrc-stats", supervisor_.status(), reception_.totals());
}

}  // namespace rtspproxy
