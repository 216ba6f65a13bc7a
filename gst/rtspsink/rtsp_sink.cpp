// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp_sink.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "gstrtspsinkpad.h"
#include "log.h"
#include "properties.h"
#include "rtsp_server_fallback.h"
#include "server/config_in_force.h"
#include "shared_port.h"
#include "statistics.h"
#include "stream.h"

namespace rtspsink {

namespace {

// The number in "rtspsinkpad3" or "appsink3", the names that lines written for other elements give to streams.
std::optional<unsigned> ordinal_in(std::string_view name) {
    for (const std::string_view prefix : {"rtspsinkpad", "appsink"}) {
        if (name.substr(0, prefix.size()) != prefix)
            continue;
        unsigned ordinal = 0;
        const char *begin = name.data() + prefix.size();
        const char *end = name.data() + name.size();
        if (const auto [stop, error] = std::from_chars(begin, end, ordinal); error == std::errc() && stop == end)
            return ordinal;
    }
    return std::nullopt;
}

Stream &stream_of(GstPad *pad) {
    return gst_rtsp_sink_pad_get(GST_RTSP_SINK_PAD(pad));
}

PadGroup group_of(GstPad *pad) {
    return {GST_OBJECT_NAME(pad), stream_of(pad).settings().group};
}

}  // namespace

bool RtspSink::open() {
    const Settings settings = this->settings();
    auto config = server_config(settings);
    if (!config) {
        post_error(element_, config.error().code);
        return false;
    }
    if (!has_good_pads())
        return false;
    authorizer_->open();
    presentations_.set_authorize(authorizer_->callback());
    if (settings.rtsp_server)
        config->fallback = fallback_ = make_fallback(settings.rtsp_server);
    auto server = rtspcore::server::shared_server(
        *config, [this](rtspcore::server::MountTable &table) { presentations_.announce(table); });
    if (!server) {
        post_error(element_, cannot_open(*config, server.error(),
                                         rtspcore::server::config_in_force(config->address, config->port)));
        return false;
    }
    if (fallback_)
        (*server)->set_fallback(fallback_);
    for (const std::string &warning : access_warnings(settings.access))
        post_warning(element_, warning);
    for (const std::string &warning : overruled(settings, *config, (*server)->config()))
        post_warning(element_, warning);
    presentations_.open(*std::move(server));
    notify_ports();
    return true;
}

void RtspSink::close() {
    // The server ends with its last reference, within presentations_.close().
    if (const auto server = presentations_.server(); server && fallback_)
        server->unset_fallback(std::exchange(fallback_, nullptr));
    presentations_.close();
    authorizer_->close();
}

void RtspSink::notify_ports() {
    for (const char *property : {"bound-port", "bound-tls-port"})
        g_object_notify(G_OBJECT(element_), property);
}

bool RtspSink::has_good_pads() {
    for (const auto &pad : pads())
        for (const auto &checked : {stream_of(pad.get()).check_auth(), check_group(pad.get())})
            if (!checked) {
                post_error(element_, checked.error().code);
                return false;
            }
    return true;
}

Outcome<void> RtspSink::check_group(GstPad *pad) {
    const auto own = group_of(pad);
    if (auto checked = rtspsink::check_group(own.group); !checked)
        return checked;
    const Settings settings = this->settings();
    if (!serves_multicast(settings))
        return {};
    // While it serves, a pad that nobody feeds any more may wait to be released, and another one be in its place.
    const bool is_serving = GST_STATE(element_) > GST_STATE_READY;
    for (const auto &other : pads()) {
        if (other.get() == pad || (is_serving && !gst_pad_is_linked(other.get())))
            continue;
        if (auto checked = check_groups(own, group_of(other.get()), settings.multicast); !checked)
            return checked;
    }
    return {};
}

GstStateChangeReturn RtspSink::change_state(GstStateChange transition,
                                            const std::function<GstStateChangeReturn()> &parent_class) {
    if (transition == GST_STATE_CHANGE_NULL_TO_READY) {
        if (!open())
            return GST_STATE_CHANGE_FAILURE;
        for_each_stream([](Stream &stream) { stream.announce(); });
    }
    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
        presentations_.configure(settings().mount);

    const GstStateChangeReturn result = parent_class();
    for_each_stream([](Stream &stream) { stream.state_changed(); });

    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
        for_each_stream([](Stream &stream) { stream.look_upstream(); });

    const bool failed_to_open = transition == GST_STATE_CHANGE_NULL_TO_READY && result == GST_STATE_CHANGE_FAILURE;
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
        presentations_.stop();
        for_each_stream([](Stream &stream) { stream.stop(); });
    }
    if (transition == GST_STATE_CHANGE_READY_TO_NULL || failed_to_open) {
        close();
        notify_ports();
    }
    return result;
}

void RtspSink::warn_if_late(const GParamSpec *property) {
    switch (scope_of(property)) {
        case Scope::Server:
            if (const unsigned port = bound_port(); port != 0)
                post_warning(element_, late_for_server(property->name, port));
            return;
        case Scope::Mount:
            if (GST_STATE(element_) >= GST_STATE_PAUSED)
                post_warning(element_, late_for_mounts(property->name));
            return;
        case Scope::Caps:
            break;
    }
    const auto all = pads();
    const auto late = std::find_if(all.begin(), all.end(),
                                   [](const Ref<GstPad> &pad) { return gst_pad_has_current_caps(pad.get()) != FALSE; });
    if (late != all.end())
        post_warning(element_, late_for_some_pads(property->name, GST_OBJECT_NAME(late->get())));
}

void RtspSink::for_each_stream(const std::function<void(Stream &)> &visit) {
    for (const auto &pad : pads())
        visit(stream_of(pad.get()));
}

std::string RtspSink::next_name() {
    unsigned number = pads_.lock()->made;
    std::string name = "sink_" + std::to_string(number);
    while (find_pad(name))
        name = "sink_" + std::to_string(++number);
    return name;
}

GstPad *RtspSink::add_pad(GstPadTemplate *templ, const char *name) {
    const std::string chosen = name ? name : next_name();
    if (find_pad(chosen)) {
        GST_WARNING_OBJECT(element_, "there is a pad '%s' already", chosen.c_str());
        return nullptr;
    }
    GstPad *pad = gst_rtsp_sink_pad_new(templ, chosen.c_str());
    stream_of(pad).attach(*this);
    // Before the pad is added, so that what is told of the new pad finds it by all its names.
    {
        auto pads = pads_.lock();
        pads->list.push_back({pads->made++, pad});
    }
    gst_pad_set_active(pad, GST_STATE_TARGET(element_) >= GST_STATE_PAUSED);
    gst_element_add_pad(element_, pad);
    gst_child_proxy_child_added(GST_CHILD_PROXY(element_), G_OBJECT(pad), GST_OBJECT_NAME(pad));
    return pad;
}

void RtspSink::remove_pad(GstPad *pad) {
    stream_of(pad).detach();
    const auto keep = Ref<GstPad>::share(pad);
    {
        auto pads = pads_.lock();
        std::erase_if(pads->list, [&](const NumberedPad &entry) { return entry.pad == pad; });
    }
    gst_element_remove_pad(element_, pad);
    gst_child_proxy_child_removed(GST_CHILD_PROXY(element_), G_OBJECT(pad), GST_OBJECT_NAME(pad));
}

void RtspSink::remove_all_pads() {
    for (const auto &pad : pads())
        remove_pad(pad.get());
}

Ref<GstPad> RtspSink::find_pad(const std::string &name) {
    const auto ordinal = ordinal_in(name);
    auto pads = pads_.lock();
    for (const NumberedPad &entry : pads->list)
        if (name == GST_OBJECT_NAME(entry.pad) || ordinal == entry.ordinal)
            return Ref<GstPad>::share(entry.pad);
    return {};
}

std::vector<Ref<GstPad>> RtspSink::pads() {
    auto pads = pads_.lock();
    std::vector<Ref<GstPad>> all;
    for (const NumberedPad &entry : pads->list)
        all.push_back(Ref<GstPad>::share(entry.pad));
    return all;
}

unsigned RtspSink::bound_port() {
    const auto server = presentations_.server();
    return server ? server->port() : 0;
}

unsigned RtspSink::bound_tls_port() {
    const auto server = presentations_.server();
    return server ? server->tls_port() : 0;
}

GstStructure *RtspSink::statistics() {
    return make_statistics(presentations_);
}

}  // namespace rtspsink
