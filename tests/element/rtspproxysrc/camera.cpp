// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera.h"

#include <check.h>

#include <algorithm>

namespace rtspsink::test {

using rtspcore::Ref;

namespace {

Ref<GstElement> launch(const std::string &line) {
    GError *error = nullptr;
    auto pipeline = Ref<GstElement>::sink(gst_parse_launch(line.c_str(), &error));
    ck_assert_msg(error == nullptr, "%s: %s", line.c_str(), error ? error->message : "");
    return pipeline;
}

Ref<GstElement> child(const Ref<GstElement> &pipeline, const char *name) {
    return Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
}

}  // namespace

Camera::Camera(std::string streams, std::string properties)
    : streams_(std::move(streams)), properties_(std::move(properties)) {
    on();
}

void Camera::on() {
    pipeline_ = launch("rtspsink name=sink address=127.0.0.1 service=" + std::to_string(port_) + " " + properties_ +
                       " " + streams_);
    const GstStateChangeReturn started = gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    ck_assert_int_ne(started, GST_STATE_CHANGE_FAILURE);
    g_object_get(child(pipeline_, "sink").get(), "bound-port", &port_, nullptr);
    ck_assert_uint_ne(port_, 0);
}

void Camera::off() {
    if (pipeline_)
        gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    pipeline_ = {};
}

std::string Camera::url(const std::string &credentials) const {
    return "rtsp://" + credentials + "127.0.0.1:" + std::to_string(port_) + "/test";
}

unsigned Camera::sessions() const {
    GstStructure *stats = nullptr;
    g_object_get(child(pipeline_, "sink").get(), "stats", &stats, nullptr);
    guint64 sessions = 0;
    gst_structure_get_uint64(stats, "sessions", &sessions);
    gst_structure_free(stats);
    return static_cast<unsigned>(sessions);
}

Proxy::Proxy(const std::string &line)
    : pipeline_(launch(line)), element_(child(pipeline_, "proxy")), messages_(pipeline_.get()) {}

Proxy::~Proxy() {
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

void Proxy::play() {
    ck_assert_int_ne(gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
}

Ref<GstMessage> Proxy::wait_for(const char *state) {
    return wait_for_field("state", state);
}

Ref<GstMessage> Proxy::wait_for_reason(const char *reason) {
    return wait_for_field("reason", reason);
}

Ref<GstMessage> Proxy::wait_for_field(const char *field, const char *nick) {
    constexpr auto kAll = static_cast<GstMessageType>(GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    const gint64 end = g_get_monotonic_time() + static_cast<gint64>(kDeadline / GST_USECOND);
    for (;;) {
        const gint64 left = std::max<gint64>(end - g_get_monotonic_time(), 0);
        auto message = messages_.next(kAll, static_cast<GstClockTime>(left) * GST_USECOND);
        ck_assert_msg(static_cast<bool>(message), "no %s=%s", field, nick);
        ck_assert_msg(GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ELEMENT, "%s came before %s=%s",
                      GST_MESSAGE_TYPE_NAME(message.get()), field, nick);
        if (gst_message_has_name(message.get(), "rtspproxysrc") && nick_in(message.get(), field) == nick)
            return message;
    }
}

std::string nick_in(GstMessage *message, const char *field) {
    const GValue *value = gst_structure_get_value(gst_message_get_structure(message), field);
    ck_assert(value != nullptr && G_VALUE_HOLDS_ENUM(value));
    auto *klass = static_cast<GEnumClass *>(g_type_class_ref(G_VALUE_TYPE(value)));
    const std::string nick = g_enum_get_value(klass, g_value_get_enum(value))->value_nick;
    g_type_class_unref(klass);
    return nick;
}

std::string text_in(GstMessage *message, const char *field) {
    const char *text = gst_structure_get_string(gst_message_get_structure(message), field);
    return text ? text : "";
}

}  // namespace rtspsink::test
