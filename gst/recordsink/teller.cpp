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
    post(structure);
}

void Teller::hole(const std::string &pad, const Hole &hole) {
    post(gst_structure_new("hole", "pad", G_TYPE_STRING, pad.c_str(), "start", G_TYPE_INT64, hole.start, "end",
                           G_TYPE_INT64, hole.end, "units", G_TYPE_UINT64, hole.units, "bytes", G_TYPE_UINT64,
                           hole.bytes, nullptr));
}

void Teller::outage(const std::string &text, bool fatal) {
    if (out_.exchange(true))
        return;
    outages_++;
    if (fatal) {
        error({GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE}, text);
        return;
    }
    gst_element_message_full(element_, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
                             g_strdup(text.c_str()), nullptr, __FILE__, G_STRFUNC, __LINE__);
    post(gst_structure_new("outage", "text", G_TYPE_STRING, text.c_str(), nullptr));
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

void Teller::error(ErrorCode code, const std::string &text) {
    gst_element_message_full(element_, GST_MESSAGE_ERROR, code.domain, code.code, g_strdup(text.c_str()), nullptr,
                             __FILE__, G_STRFUNC, __LINE__);
}

void Teller::add_counts(GstStructure *stats) const {
    gst_structure_set(stats, "segments", G_TYPE_UINT64, segments_.load(), "bytes", G_TYPE_UINT64, bytes_.load(),
                      "outages", G_TYPE_UINT64, outages_.load(), "out", G_TYPE_BOOLEAN, out_.load(), "removed-segments",
                      G_TYPE_UINT64, removed_segments_.load(), "removed-bytes", G_TYPE_UINT64, removed_bytes_.load(),
                      "delivered", G_TYPE_UINT64, delivered_.load(), "undelivered", G_TYPE_UINT64, undelivered_.load(),
                      "disk-latency", G_TYPE_INT64, disk_latency_.recent(), "disk-latency-max", G_TYPE_INT64,
                      disk_latency_.longest(), nullptr);
}

}  // namespace recordsink
