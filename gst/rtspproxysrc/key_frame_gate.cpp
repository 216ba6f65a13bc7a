// SPDX-License-Identifier: LGPL-2.1-or-later
#include "key_frame_gate.h"

#include <string_view>
#include <utility>

#include "rtp/packet.h"

namespace rtspproxy {

using rtspcore::rtp::make_access_unit_inspector;
using rtspcore::rtp::PacketView;

namespace {

std::string_view field(const GstCaps *caps, const char *name) {
    const char *text = gst_structure_get_string(gst_caps_get_structure(caps, 0), name);
    return text ? text : "";
}

}  // namespace

void KeyFrameGate::close(const GstCaps *caps) {
    unit_.clear();
    since_.reset();
    inspector_ = make_access_unit_inspector(field(caps, "media"), field(caps, "encoding-name"));
    if (!inspector_->has_key_frames())
        inspector_.reset();
}

std::vector<KeyFrameGate::Packet> KeyFrameGate::open() {
    inspector_.reset();
    return std::exchange(unit_, {});
}

// Whether it was a key frame; otherwise it is gone.
bool KeyFrameGate::end_unit() {
    const bool is_key = inspector_->finish().key;
    if (!is_key)
        unit_.clear();
    return is_key;
}

std::vector<KeyFrameGate::Packet> KeyFrameGate::take(Packet packet) {
    GstMapInfo map;
    if (!gst_buffer_map(packet.buffer.get(), &map, GST_MAP_READ))
        return {};
    const auto view = PacketView::parse({map.data, map.size});
    bool is_key = false;
    bool ends = false;
    if (view) {
        // The marker may be lost.
        is_key = !unit_.empty() && view->time != unit_time_ && end_unit();
        unit_time_ = view->time;
        inspector_->add(*view);
        ends = view->marker && inspector_->marker_ends_unit();
    }
    gst_buffer_unmap(packet.buffer.get(), &map);
    if (!since_)
        since_ = packet.at;
    const bool is_late = packet.at - *since_ >= kPatience;
    unit_.push_back(std::move(packet));
    if (is_key || is_late || (ends && end_unit()))
        return open();
    return {};
}

}  // namespace rtspproxy
