// SPDX-License-Identifier: LGPL-2.1-or-later
#include "camera.h"

#include "support/check_suite.h"
#include "support/free_port.h"

namespace rtspsink::test {

using rtspcore::Ref;

Ref<GstElement> launch(const std::string &line) {
    GError *error = nullptr;
    auto pipeline = Ref<GstElement>::sink(gst_parse_launch(line.c_str(), &error));
    ck_assert_msg(error == nullptr, "%s: %s", line.c_str(), error ? error->message : "");
    return pipeline;
}

Ref<GstElement> child(GstElement *pipeline, const char *name) {
    return Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), name));
}

Camera::Camera(std::string streams, std::string properties)
    : streams_(std::move(streams)), properties_(std::move(properties)), port_(rtspcore::test::free_port()) {
    on();
}

void Camera::on() {
    pipeline_ = launch("rtspsink name=sink address=127.0.0.1 service=" + std::to_string(port_) + " " + properties_ +
                       " " + streams_);
    const GstStateChangeReturn started = gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    ck_assert_int_ne(started, GST_STATE_CHANGE_FAILURE);
}

void Camera::off() {
    if (pipeline_)
        gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    pipeline_ = {};
}

std::string Camera::url(const std::string &credentials) const {
    return "rtsp://" + credentials + "127.0.0.1:" + std::to_string(port_) + "/test";
}

unsigned Camera::statistic(const char *field) const {
    GstStructure *stats = nullptr;
    g_object_get(child(pipeline_.get(), "sink").get(), "stats", &stats, nullptr);
    guint64 value = 0;
    gst_structure_get_uint64(stats, field, &value);
    gst_structure_free(stats);
    return static_cast<unsigned>(value);
}

}  // namespace rtspsink::test
