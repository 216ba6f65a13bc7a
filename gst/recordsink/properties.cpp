// SPDX-License-Identifier: LGPL-2.1-or-later
#include "properties.h"

#include <gst/gst.h>

namespace recordsink {

namespace {

constexpr auto kUntilReady = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

std::string text_of(const GValue *value) {
    const gchar *text = g_value_get_string(value);
    return text ? text : "";
}

void give_text(const std::string &text, GValue *value) {
    g_value_set_string(value, text.empty() ? nullptr : text.c_str());
}

// Properties show in dot files.
std::string without_credentials(const std::string &url) {
    const size_t scheme = url.find("://");
    const size_t host = scheme == std::string::npos ? 0 : scheme + 3;
    const size_t at = url.substr(0, url.find_first_of("/?#", host)).rfind('@');
    return at == std::string::npos || at < host ? url : url.substr(0, host) + url.substr(at + 1);
}

const Property kProperties[] = {
    {[] {
         return g_param_spec_string("location", "Location",
                                    "Names of the files, with strftime's conversions for the start in UTC, %f for "
                                    "microseconds, %i for a running number, %N for the camera, %o for the mapping. "
                                    "Set before READY",
                                    nullptr, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.location = g_value_get_string(v) ? g_value_get_string(v) : ""; },
     [](const Settings &s, GValue *v) { g_value_set_string(v, s.location.empty() ? nullptr : s.location.c_str()); }},
    {[] {
         return g_param_spec_enum("format", "Format", "What kind of files. Set before READY", format_type(),
                                  static_cast<int>(Format::Mp4), kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.format = static_cast<Format>(g_value_get_enum(v)); },
     [](const Settings &s, GValue *v) { g_value_set_enum(v, static_cast<int>(s.format)); }},
    {[] {
         return g_param_spec_uint("segment-duration", "Segment duration",
                                  "Milliseconds after which a new file begins, at a key frame that is asked for (0: no "
                                  "bound). Set before READY",
                                  0, G_MAXUINT, 60000, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.segment_duration = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.segment_duration); }},
    {[] {
         return g_param_spec_uint64("segment-bytes", "Segment bytes",
                                    "Bytes before which a new file begins, at a key frame (0: no bound). Set before "
                                    "READY",
                                    0, G_MAXUINT64, 0, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.segment_bytes = g_value_get_uint64(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint64(v, s.segment_bytes); }},
    {[] {
         return g_param_spec_uint(
             "fragment-duration", "Fragment duration",
             "Milliseconds of what a crash costs at most, so of fragments and between two syncs to "
             "the disk. Set before READY",
             100, 60000, 1000, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.fragment_duration = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.fragment_duration); }},
    {[] {
         return g_param_spec_uint("queue-duration", "Queue duration",
                                  "Milliseconds of a stream that wait for the disk at most. Set before READY", 100,
                                  G_MAXUINT, 10000, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.queue_duration = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.queue_duration); }},
    {[] {
         return g_param_spec_uint64("queue-bytes", "Queue bytes",
                                    "Bytes of a stream that wait for the disk at most. Set before READY", 1,
                                    G_MAXUINT64, 32 << 20, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.queue_bytes = g_value_get_uint64(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint64(v, s.queue_bytes); }},
    {[] {
         return g_param_spec_enum("on-error", "On error",
                                  "What to do when the files cannot be written. Set before READY", on_error_type(),
                                  static_cast<int>(OnError::Continue), kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.on_error = static_cast<OnError>(g_value_get_enum(v)); },
     [](const Settings &s, GValue *v) { g_value_set_enum(v, static_cast<int>(s.on_error)); }},
    {[] {
         return g_param_spec_boolean("align", "Align",
                                     "Whether files begin at multiples of segment-duration since 1970, UTC, at a key "
                                     "frame that is asked for; not with segment-duration=0. Set before READY",
                                     FALSE, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.align = g_value_get_boolean(v); },
     [](const Settings &s, GValue *v) { g_value_set_boolean(v, s.align); }},
    {[] {
         return g_param_spec_string("camera", "Camera",
                                    "Name of the camera, for %N in location and for the index; unset: the element's "
                                    "name. Set before READY",
                                    nullptr, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.camera = text_of(v); },
     [](const Settings &s, GValue *v) { give_text(s.camera, v); }},
    {[] {
         return g_param_spec_uint64("max-age", "Maximum age",
                                    "Milliseconds since its end after which a segment is deleted (0: no bound). Set "
                                    "before READY",
                                    0, G_MAXINT64 / 1'000'000, 0, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.max_age = g_value_get_uint64(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint64(v, s.max_age); }},
    {[] {
         return g_param_spec_uint64("max-total-bytes", "Maximum total bytes",
                                    "Bytes of all segments beyond which the oldest are deleted (0: no bound). Set "
                                    "before READY",
                                    0, G_MAXUINT64, 0, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.max_total_bytes = g_value_get_uint64(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint64(v, s.max_total_bytes); }},
    {[] {
         return g_param_spec_uint64("min-free-bytes", "Minimum free bytes",
                                    "Bytes free on the disk below which the oldest segments are deleted (0: no "
                                    "bound). Set before READY",
                                    0, G_MAXUINT64, 0, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.min_free_bytes = g_value_get_uint64(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint64(v, s.min_free_bytes); }},
    {[] {
         return g_param_spec_string("segment-command", "Segment command",
                                    "Program, and its arguments, that is run with the path of each finished segment. "
                                    "Set before READY",
                                    nullptr, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.segment_command = text_of(v); },
     [](const Settings &s, GValue *v) { give_text(s.segment_command, v); }},
    {[] {
         return g_param_spec_string("segment-post", "Segment POST",
                                    "URL to which the index line of each finished segment is posted, by curl. Reads "
                                    "without user and password. Set before READY",
                                    nullptr, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.segment_post = text_of(v); },
     [](const Settings &s, GValue *v) { give_text(without_credentials(s.segment_post), v); }},
    {[] {
         return g_param_spec_uint("delivery-timeout", "Delivery timeout",
                                  "Milliseconds after which an attempt of segment-command or segment-post is killed. "
                                  "Set before READY",
                                  100, G_MAXINT, 60000, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.delivery_timeout = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.delivery_timeout); }},
    {[] {
         return g_param_spec_uint("delivery-attempts", "Delivery attempts",
                                  "How often segment-command and segment-post are tried for a segment. Set before "
                                  "READY",
                                  1, 1000, 5, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.delivery_attempts = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.delivery_attempts); }},
    {[] {
         return g_param_spec_string("clip-location", "Clip location",
                                    "Names of the clips of events, as in location, with %{event} for the event's id. "
                                    "Set before READY",
                                    nullptr, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.clip_location = g_value_get_string(v) ? g_value_get_string(v) : ""; },
     [](const Settings &s, GValue *v) {
         g_value_set_string(v, s.clip_location.empty() ? nullptr : s.clip_location.c_str());
     }},
    {[] {
         return g_param_spec_uint("pre-event", "Before an event",
                                  "Seconds before an event that its clip has, at least. Set before READY", 0, 3600, 10,
                                  kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.pre_event = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.pre_event); }},
    {[] {
         return g_param_spec_uint64("pre-event-bytes", "Bytes before an event",
                                    "Bytes of all streams that are kept in memory for the next event at most. Set "
                                    "before READY",
                                    1, G_MAXUINT64, 64 << 20, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.pre_event_bytes = g_value_get_uint64(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint64(v, s.pre_event_bytes); }},
    {[] {
         return g_param_spec_uint("clip-duration", "Clip duration",
                                  "Milliseconds after which a clip goes on in another file, at a key frame (0: no "
                                  "bound). Set before READY",
                                  0, G_MAXUINT, 600000, kUntilReady);
     },
     [](Settings &s, const GValue *v) { s.clip_duration = g_value_get_uint(v); },
     [](const Settings &s, GValue *v) { g_value_set_uint(v, s.clip_duration); }},
};

}  // namespace

GType format_type() {
    static const GEnumValue kValues[] = {{static_cast<int>(Format::Mp4), "Fragmented MP4", "mp4"},
                                         {static_cast<int>(Format::Ts), "MPEG transport stream", "ts"},
                                         {static_cast<int>(Format::Mkv), "Matroska", "mkv"},
                                         {0, nullptr, nullptr}};
    static const GType type = g_enum_register_static("GstRecordSinkFormat", kValues);
    return type;
}

GType on_error_type() {
    static const GEnumValue kValues[] = {
        {static_cast<int>(OnError::Continue), "Tell, and go on when it can be written again", "continue"},
        {static_cast<int>(OnError::Error), "Stop the pipeline with an error", "error"},
        {0, nullptr, nullptr}};
    static const GType type = g_enum_register_static("GstRecordSinkOnError", kValues);
    return type;
}

std::span<const Property> properties() {
    return kProperties;
}

}  // namespace recordsink
