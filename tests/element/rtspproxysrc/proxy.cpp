// SPDX-License-Identifier: LGPL-2.1-or-later
#include "proxy.h"

#include <algorithm>

#include "camera.h"
#include "interrupted.h"
#include "support/check_suite.h"

namespace rtspsink::test {

using rtspcore::Ref;

std::string proxy_line(const std::string &location, const std::string &more) {
    return "rtspproxysrc name=proxy location=" + location + " " + more + " ! fakesink name=out sync=false";
}

Proxy::Proxy(const std::string &line)
    : pipeline_(launch(line)), element_(child(pipeline_.get(), "proxy")), messages_(pipeline_.get()) {
    allow_interrupted_rtspsrc();
}

Proxy::~Proxy() {
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

Ref<GstPad> Proxy::pad_of(const char *element) const {
    return Ref<GstPad>::adopt(gst_element_get_static_pad(child(pipeline_.get(), element).get(), "sink"));
}

Ref<GstPad> Proxy::source_pad() const {
    auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element_.get(), "src_0"));
    ck_assert(static_cast<bool>(pad));
    return pad;
}

guint64 Proxy::statistic(const char *field) const {
    GstStructure *stats = nullptr;
    g_object_get(element_.get(), "stats", &stats, nullptr);
    guint64 value = 0;
    guint small = 0;
    if (gst_structure_get_uint(stats, field, &small))
        value = small;
    else
        ck_assert_msg(gst_structure_get_uint64(stats, field, &value), "%s", field);
    gst_structure_free(stats);
    return value;
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
