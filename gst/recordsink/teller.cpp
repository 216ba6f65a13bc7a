// SPDX-License-Identifier: LGPL-2.1-or-later
#include "teller.h"

namespace recordsink {

void Teller::post(GstStructure *structure) {
    gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), structure));
}

void Teller::segment(const std::string &path, const IndexEntry &entry) {
    segments_++;
    bytes_ += entry.bytes;
    GstStructure *structure =
        gst_structure_new("segment", "location", G_TYPE_STRING, path.c_str(), "end", G_TYPE_INT64, entry.end, "bytes",
                          G_TYPE_UINT64, entry.bytes, "key-frames", G_TYPE_UINT64, entry.key_frames, "holes",
                          G_TYPE_UINT64, entry.holes, "reason", G_TYPE_STRING, entry.reason, nullptr);
    if (entry.start)
        gst_structure_set(structure, "start", G_TYPE_INT64, *entry.start, nullptr);
    if (entry.event_start)
        gst_structure_set(structure, "event", G_TYPE_STRING, entry.event.c_str(), "event-start", G_TYPE_INT64,
                          *entry.event_start, nullptr);
    post(structure);
}

void Teller::hole(const std::string &pad, const Hole &hole, const std::string &event) {
    GstStructure *structure = gst_structure_new("hole", "pad", G_TYPE_STRING, pad.c_str(), "start", G_TYPE_INT64,
                                                hole.start, "end", G_TYPE_INT64, hole.end, "units", G_TYPE_UINT64,
                                                hole.units, "bytes", G_TYPE_UINT64, hole.bytes, nullptr);
    if (!event.empty())
        gst_structure_set(structure, "event", G_TYPE_STRING, event.c_str(), nullptr);
    post(structure);
}

void Teller::outage(const std::string &text, bool fatal) {
    if (out_.exchange(true))
        return;
    outages_++;
    if (fatal) {
        error({GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE}, text);
        return;
    }
    const std::string whole = text + " Recording goes on by itself as soon as that works: it is tried each second.";
    warning({GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE}, whole);
    post(gst_structure_new("outage", "text", G_TYPE_STRING, whole.c_str(), nullptr));
}

void Teller::resumed() {
    if (out_.exchange(false))
        post(gst_structure_new_empty("resumed"));
}

void Teller::removed(const Retention::Removed &removed) {
    removed_segments_++;
    removed_bytes_ += removed.bytes;
    post(gst_structure_new("removed", "location", G_TYPE_STRING, removed.path.c_str(), "bytes", G_TYPE_UINT64,
                           removed.bytes, "bound", G_TYPE_STRING, removed.bound, nullptr));
}

void Teller::delivery(const Delivery::Outcome &outcome) {
    if (outcome.delivered) {
        delivered_++;
        return;
    }
    undelivered_++;
    post(gst_structure_new("undelivered", "location", G_TYPE_STRING, outcome.path.c_str(), "text", G_TYPE_STRING,
                           outcome.problem.c_str(), nullptr));
}

void Teller::warning(ErrorCode code, const std::string &text) {
    gst_element_message_full(element_, GST_MESSAGE_WARNING, code.domain, code.code, g_strdup(text.c_str()), nullptr,
                             __FILE__, G_STRFUNC, __LINE__);
}

void Teller::error(ErrorCode code, const std::string &text) {
    gst_element_message_full(element_, GST_MESSAGE_ERROR, code.domain, code.code, g_strdup(text.c_str()), nullptr,
                             __FILE__, G_STRFUNC, __LINE__);
}

void Teller::add_counts(GstStructure *stats, const std::string &prefix) const {
    const auto set = [&](const char *name, GType type, auto value) {
        gst_structure_set(stats, (prefix + name).c_str(), type, value, nullptr);
    };
    set("segments", G_TYPE_UINT64, segments_.load());
    set("bytes", G_TYPE_UINT64, bytes_.load());
    set("outages", G_TYPE_UINT64, outages_.load());
    set("out", G_TYPE_BOOLEAN, out_.load());
    set("removed-segments", G_TYPE_UINT64, removed_segments_.load());
    set("removed-bytes", G_TYPE_UINT64, removed_bytes_.load());
    set("delivered", G_TYPE_UINT64, delivered_.load());
    set("undelivered", G_TYPE_UINT64, undelivered_.load());
    set("disk-latency", G_TYPE_INT64, disk_latency_.recent());
    set("disk-latency-max", G_TYPE_INT64, disk_latency_.longest());
}

}  // namespace recordsink
