// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "../messages.h"

namespace recordsink::test {

// To be followed by how many pictures a key frame comes after at the latest.
inline constexpr const char *kEncoder =
    "! video/x-raw,width=64,height=64,framerate=25/1 ! x264enc tune=zerolatency speed-preset=ultrafast "
    "key-int-max=";

// A pipeline with a recordsink `r`, which plays from the start.
class Recording {
public:
    explicit Recording(const std::string &line, const std::function<void(GstElement *)> &prepare = {})
        : pipeline_(rtspcore::Ref<GstElement>::sink(gst_parse_launch(line.c_str(), nullptr))),
          messages_(pipeline_.get()) {
        if (prepare)
            prepare(pipeline_.get());
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    }
    ~Recording() { stop(); }
    Recording(const Recording &) = delete;
    Recording &operator=(const Recording &) = delete;

    void end() { gst_element_send_event(pipeline_.get(), gst_event_new_eos()); }
    void stop() { set_state(GST_STATE_NULL); }
    void set_state(GstState state) { gst_element_set_state(pipeline_.get(), state); }
    [[nodiscard]] rtspcore::Ref<GstElement> sink() {
        return rtspcore::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "r"));
    }
    // The next element message of this name; null when there is EOS, or none in time.
    rtspcore::Ref<GstMessage> next(const char *name, GstClockTime deadline = 30 * GST_SECOND) {
        const auto types = static_cast<GstMessageType>(GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
        while (auto message = messages_.next(types, deadline)) {
            if (GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_ELEMENT)
                break;
            if (gst_message_has_name(message.get(), name))
                return message;
        }
        return {};
    }
    [[nodiscard]] guint64 count(const char *name) {
        GstStructure *stats = nullptr;
        guint64 value = 0;
        g_object_get(sink().get(), "stats", &stats, nullptr);
        gst_structure_get_uint64(stats, name, &value);
        gst_structure_free(stats);
        return value;
    }

private:
    rtspcore::Ref<GstElement> pipeline_;
    rtspsink::test::Messages messages_;
};

inline std::string text(const rtspcore::Ref<GstMessage> &message, const char *field) {
    return gst_structure_get_string(gst_message_get_structure(message.get()), field);
}

inline gint64 time_of(const rtspcore::Ref<GstMessage> &message, const char *field) {
    gint64 time = 0;
    gst_structure_get_int64(gst_message_get_structure(message.get()), field, &time);
    return time;
}

inline std::vector<std::string> lines_of(const std::string &path) {
    std::vector<std::string> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

}  // namespace recordsink::test
