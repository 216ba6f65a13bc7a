// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/session_description.h"

#include <gst/sdp/gstsdpmessage.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "base/log.h"

namespace rtspcore::rtp {

namespace {

struct FreeMessage {
    void operator()(GstSDPMessage *message) const { gst_sdp_message_free(message); }
};
using Message = std::unique_ptr<GstSDPMessage, FreeMessage>;

struct FreeMedia {
    void operator()(GstSDPMedia *media) const { gst_sdp_media_free(media); }
};
using Media = std::unique_ptr<GstSDPMedia, FreeMedia>;

// gst_sdp_media_set_media_from_caps() makes a format parameter of every string field that it does not know, and an
// attribute of every "a-..." one. These are ours, those of another RTSP session that the caps came from, or keys: none
// of them describes this stream.
constexpr std::array<std::string_view, 14> kPrivateFields{
    "mapping",    "clock-base", "seqnum-base", "npt-start",  "npt-stop",   "play-speed", "play-scale",
    "onvif-mode", "a-control",  "a-range",     "a-sendonly", "a-recvonly", "a-sendrecv", "a-inactive",
};
constexpr std::array<std::string_view, 8> kPrivatePrefixes{
    "srtp-", "srtcp-", "ssrc-", "a-crypto", "a-key-mgmt", "a-fingerprint", "a-ice-", "a-setup",
};

// GStreamer's name of the profile, which rtph264pay adds to be negotiated by caps; the wire has profile-level-id (RFC
// 6184 section 8.1).
bool is_profile_name(std::string_view field, std::string_view encoding) {
    return field == "profile" && (encoding == "H264" || encoding == "H265");
}

bool is_private(std::string_view field, std::string_view encoding) {
    const auto begins = [&](std::string_view prefix) { return field.substr(0, prefix.size()) == prefix; };
    return std::find(kPrivateFields.begin(), kPrivateFields.end(), field) != kPrivateFields.end() ||
           std::any_of(kPrivatePrefixes.begin(), kPrivatePrefixes.end(), begins) || is_profile_name(field, encoding);
}

// A value with a line break would add lines of its own to the SDP.
bool breaks_line(const char *value) {
    return value && std::string_view(value).find_first_of("\r\n") != std::string_view::npos;
}

// The caps without what is not for the wire.
Ref<GstCaps> public_caps(GstCaps *caps) {
    auto copy = Ref<GstCaps>::adopt(gst_caps_copy(caps));
    GstStructure *structure = gst_caps_get_structure(copy.get(), 0);
    const char *encoding = gst_structure_get_string(structure, "encoding-name");
    const std::string name = encoding ? encoding : "";
    for (int i = gst_structure_n_fields(structure) - 1; i >= 0; i--) {
        const std::string field = gst_structure_nth_field_name(structure, static_cast<guint>(i));
        if (is_private(field, name) || breaks_line(gst_structure_get_string(structure, field.c_str())))
            gst_structure_remove_field(structure, field.c_str());
    }
    return copy;
}

// RTP payloaders tell the frame rate as the string a-framerate, which becomes an attribute by itself; others' caps have
// the fraction (RFC 4566 section 6).
void add_frame_rate(GstSDPMedia *media, const GstStructure *structure) {
    int numerator = 0;
    int denominator = 1;
    if (gst_structure_has_field(structure, "a-framerate") ||
        !gst_structure_get_fraction(structure, "framerate", &numerator, &denominator) || numerator <= 0)
        return;
    std::array<char, G_ASCII_DTOSTR_BUF_SIZE> text{};
    g_ascii_formatd(text.data(), text.size(), "%.6g", static_cast<double>(numerator) / denominator);
    gst_sdp_media_add_attribute(media, "framerate", text.data());
}

// Where no c= names the group, the filter is for whichever it is (RFC 4570 section 3.1: `*`).
void add_group(GstSDPMedia *media, const GroupDescription &group) {
    const char *type = group.ipv6 ? "IP6" : "IP4";
    if (!group.address.empty())
        gst_sdp_media_add_connection(media, "IN", type, group.address.c_str(), group.ttl, 0);
    if (group.source.empty())
        return;
    const std::string address = group.address.empty() ? "*" : group.address;
    const std::string filter = std::string(" incl IN ") + type + " " + address + " " + group.source;
    gst_sdp_media_add_attribute(media, "source-filter", filter.c_str());
}

void add_keys(GstSDPMedia *media, const KeyDescription &keys) {
    gst_sdp_media_add_attribute(media, "key-mgmt", ("mikey " + keys.mikey).c_str());
    if (!keys.crypto.empty())
        gst_sdp_media_add_attribute(media, "crypto", keys.crypto.c_str());
}

Media make_media(const MediaDescription &description) {
    GstSDPMedia *created = nullptr;
    gst_sdp_media_new(&created);
    Media media(created);
    if (!description.caps || gst_caps_is_empty(description.caps.get()) || gst_caps_is_any(description.caps.get()))
        return nullptr;
    const auto caps = public_caps(description.caps.get());
    if (gst_sdp_media_set_media_from_caps(caps.get(), media.get()) != GST_SDP_OK)
        return nullptr;
    gst_sdp_media_set_port_info(media.get(), 0, 1);
    gst_sdp_media_set_proto(media.get(), description.keys ? "RTP/SAVP" : "RTP/AVP");
    if (description.keys)
        add_keys(media.get(), *description.keys);
    if (description.group)
        add_group(media.get(), *description.group);
    add_frame_rate(media.get(), gst_caps_get_structure(caps.get(), 0));
    gst_sdp_media_add_attribute(media.get(), "control", description.control.c_str());
    return media;
}

// A line of SDP ends with CR LF, whatever the name contains; an empty s= is not allowed (RFC 4566 section 5.3).
std::string session_name(std::string name) {
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
    return name.empty() ? "-" : name;
}

Message make_message(const SessionDescription &description) {
    GstSDPMessage *created = nullptr;
    gst_sdp_message_new(&created);
    Message message(created);
    // No address of ours: behind NAT it would be a wrong one, and RFC 2326 section C.1.7 has clients ignore it.
    const char *type = description.ipv6 ? "IP6" : "IP4";
    const char *unspecified = description.ipv6 ? "::" : "0.0.0.0";
    gst_sdp_message_set_version(message.get(), "0");
    gst_sdp_message_set_origin(message.get(), "-", std::to_string(description.id).c_str(),
                               std::to_string(description.version).c_str(), "IN", type, unspecified);
    gst_sdp_message_set_session_name(message.get(), session_name(description.name).c_str());
    gst_sdp_message_set_connection(message.get(), "IN", type, unspecified, 0, 0);
    gst_sdp_message_add_time(message.get(), "0", "0", nullptr);
    gst_sdp_message_add_attribute(message.get(), "control", "*");
    gst_sdp_message_add_attribute(message.get(), "range", "npt=now-");
    return message;
}

}  // namespace

std::string write_sdp(const SessionDescription &description) {
    const Message message = make_message(description);
    for (const auto &medium : description.media) {
        if (const Media media = make_media(medium))
            gst_sdp_message_add_media(message.get(), media.get());
        else
            CORE_WARNING(
                "%s left out of the SDP: its caps are not application/x-rtp with media, payload, clock-rate and "
                "encoding-name",
                medium.control.c_str());
    }
    char *text = gst_sdp_message_as_text(message.get());
    std::string sdp = text;
    g_free(text);
    return sdp;
}

}  // namespace rtspcore::rtp
