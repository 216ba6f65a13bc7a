// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/srtp_client.h"

#include <check.h>
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#include <srtp2/srtp.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/ref.h"
#include "rtp/big_endian.h"
#include "rtp/key_description.h"

namespace rtspcore::test {

namespace {

constexpr size_t kSourceOfRtp = 8;
constexpr size_t kSourceOfRtcp = 4;

// What stands behind `prefix` in the first of the lines that has it.
std::string line_after(const std::string &text, std::string_view prefix) {
    const size_t begin = text.find(prefix);
    ck_assert_msg(begin != std::string::npos, "no %s in %s", std::string(prefix).c_str(), text.c_str());
    const size_t value = begin + prefix.size();
    return text.substr(value, text.find("\r\n", value) - value);
}

std::vector<uint8_t> decode(const std::string &base64) {
    gsize size = 0;
    guchar *bytes = g_base64_decode(base64.c_str(), &size);
    std::vector<uint8_t> decoded(bytes, bytes + size);
    g_free(bytes);
    return decoded;
}

rtp::SrtpKey key_of(std::span<const uint8_t> bytes) {
    rtp::SrtpKey key;
    ck_assert_uint_eq(bytes.size(), key.bytes.size());
    std::ranges::copy(bytes, key.bytes.begin());
    return key;
}

ToldKey read_crypto(const std::string &line) {
    return {key_of(decode(line.substr(line.find("inline:") + 7)))};
}

ToldKey read_mikey(const std::string &base64) {
    const auto bytes = decode(base64);
    GstMIKEYMessage *message = gst_mikey_message_new_from_data(bytes.data(), bytes.size(), nullptr, nullptr);
    ck_assert(message != nullptr);
    const GstMIKEYMapSRTP session = *gst_mikey_message_get_cs_srtp(message, 0);
    const auto caps = Ref<GstCaps>::adopt(gst_caps_new_empty_simple("application/x-srtp"));
    ck_assert(gst_mikey_message_to_caps(message, caps.get()));
    gst_mikey_message_unref(message);
    const GValue *value = gst_structure_get_value(gst_caps_get_structure(caps.get(), 0), "srtp-key");
    ck_assert(value != nullptr);
    rtp::SrtpKey key;
    ck_assert_uint_eq(gst_buffer_extract(gst_value_get_buffer(value), 0, key.bytes.data(), key.bytes.size()),
                      key.bytes.size());
    return {key, session.ssrc, session.roc};
}

srtp_policy_t policy_of(const rtp::SrtpKey &key) {
    srtp_policy_t policy{};
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    policy.key = const_cast<uint8_t *>(key.bytes.data());  // it is not written to
    policy.window_size = 1024;
    return policy;
}

}  // namespace

std::vector<ToldKey> told_keys(const std::string &sdp, KeyForm form) {
    std::vector<ToldKey> keys;
    for (size_t at = sdp.find("\r\nm="); at != std::string::npos;) {
        const size_t next = sdp.find("\r\nm=", at + 1);
        const std::string media = sdp.substr(at, next - at);
        at = next;
        if (media.find(" RTP/SAVP ") == std::string::npos)
            continue;
        keys.push_back(form == KeyForm::Mikey ? read_mikey(line_after(media, "\r\na=key-mgmt:mikey "))
                                              : read_crypto(line_after(media, "\r\na=crypto:")));
    }
    return keys;
}

std::string key_mgmt(const std::string &uri, const rtp::SrtpKey &key) {
    return "KeyMgmt: prot=mikey;uri=\"" + uri + "\";data=\"" + rtp::mikey_message(key, 0, 0) + "\"\r\n";
}

SrtpDecoder::SrtpDecoder(const ToldKey &told)
    : told_(told), context_(nullptr, [](srtp_t context) -> int { return srtp_dealloc(context); }) {
    (void)srtp_init();  // fails where it was done before
    srtp_t context = nullptr;
    ck_assert_int_eq(srtp_create(&context, nullptr), srtp_err_status_ok);
    context_.reset(context);
}

void SrtpDecoder::add_source(rtp::Ssrc ssrc) {
    if (std::ranges::find(sources_, ssrc) != sources_.end())
        return;
    srtp_policy_t policy = policy_of(told_.key);
    policy.ssrc = {ssrc_specific, ssrc};
    ck_assert_int_eq(srtp_add_stream(context_.get(), &policy), srtp_err_status_ok);
    if (sources_.empty() && told_.rollovers != 0)
        ck_assert_int_eq(srtp_set_stream_roc(context_.get(), ssrc, told_.rollovers), srtp_err_status_ok);
    sources_.push_back(ssrc);
}

std::vector<uint8_t> SrtpDecoder::rtp(std::span<const uint8_t> packet) {
    if (packet.size() < rtp::kFixedHeaderSize)
        return {};
    add_source(rtp::load_u32(packet, kSourceOfRtp));
    std::vector<uint8_t> plain(packet.begin(), packet.end());
    int size = static_cast<int>(plain.size());
    if (srtp_unprotect(context_.get(), plain.data(), &size) != srtp_err_status_ok)
        return {};
    plain.resize(static_cast<size_t>(size));
    return plain;
}

std::vector<uint8_t> SrtpDecoder::rtcp(std::span<const uint8_t> compound) {
    if (compound.size() < kSourceOfRtcp + sizeof(rtp::Ssrc))
        return {};
    add_source(rtp::load_u32(compound, kSourceOfRtcp));
    std::vector<uint8_t> plain(compound.begin(), compound.end());
    int size = static_cast<int>(plain.size());
    if (srtp_unprotect_rtcp(context_.get(), plain.data(), &size) != srtp_err_status_ok)
        return {};
    plain.resize(static_cast<size_t>(size));
    return plain;
}

}  // namespace rtspcore::test
