// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/key_description.h"

#include <gst/sdp/sdp.h>

#include <algorithm>
#include <memory>

#include "base/ref.h"

namespace rtspcore::rtp {

namespace {

constexpr size_t kMostMikey = 4096;
constexpr const char *kCipher = "aes-128-icm";  // GStreamer's names of AES_CM_128_HMAC_SHA1_80
constexpr const char *kAuthentication = "hmac-sha1-80";

struct FreeMikey {
    void operator()(GstMIKEYMessage *message) const { gst_mikey_message_unref(message); }
};
using Mikey = std::unique_ptr<GstMIKEYMessage, FreeMikey>;

struct FreeText {
    void operator()(void *text) const { g_free(text); }
};
using Text = std::unique_ptr<gchar, FreeText>;

bool is_named(const GstStructure *structure, const char *field, const char *name) {
    return g_strcmp0(gst_structure_get_string(structure, field), name) == 0;
}

bool is_our_cipher(const GstStructure *structure) {
    return is_named(structure, "srtp-cipher", kCipher) && is_named(structure, "srtcp-cipher", kCipher) &&
           is_named(structure, "srtp-auth", kAuthentication) && is_named(structure, "srtcp-auth", kAuthentication);
}

bool is_base64(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](char c) { return g_ascii_isalnum(c) || c == '+' || c == '/' || c == '='; });
}

Mikey parse(std::string_view base64) {
    if (base64.size() > kMostMikey || !is_base64(base64))
        return nullptr;
    gsize size = 0;
    const std::unique_ptr<guchar, FreeText> bytes(g_base64_decode(std::string(base64).c_str(), &size));
    return Mikey(gst_mikey_message_new_from_data(bytes.get(), size, nullptr, nullptr));
}

}  // namespace

std::string crypto_attribute(const SrtpKey &key) {
    const Text inline_key(g_base64_encode(key.bytes.data(), key.bytes.size()));
    return std::string("1 AES_CM_128_HMAC_SHA1_80 inline:") + inline_key.get();
}

std::string mikey_message(const SrtpKey &key, Ssrc ssrc, uint32_t rollovers) {
    GstBuffer *bytes = gst_buffer_new_memdup(key.bytes.data(), key.bytes.size());
    const auto caps = Ref<GstCaps>::adopt(
        gst_caps_new_simple("application/x-srtp", "srtp-key", GST_TYPE_BUFFER, bytes, "srtp-cipher", G_TYPE_STRING,
                            kCipher, "srtp-auth", G_TYPE_STRING, kAuthentication, "srtcp-cipher", G_TYPE_STRING,
                            kCipher, "srtcp-auth", G_TYPE_STRING, kAuthentication, nullptr));
    gst_buffer_unref(bytes);
    const Mikey message(gst_mikey_message_new_from_caps(caps.get()));
    gst_mikey_message_add_cs_srtp(message.get(), 0, ssrc, rollovers);
    const Text base64(gst_mikey_message_base64_encode(message.get()));
    return base64.get();
}

Result<SrtpKey, KeyError> read_mikey(std::string_view base64) {
    const Mikey message = parse(base64);
    if (!message)
        return Failure{KeyError::NotMikey, std::string("expected a MIKEY message (RFC 3830) in Base64")};
    const auto caps = Ref<GstCaps>::adopt(gst_caps_new_empty_simple("application/x-srtp"));
    gst_mikey_message_to_caps(message.get(), caps.get());
    const GstStructure *structure = gst_caps_get_structure(caps.get(), 0);
    const GValue *value = gst_structure_get_value(structure, "srtp-key");
    GstBuffer *buffer = value && GST_VALUE_HOLDS_BUFFER(value) ? gst_value_get_buffer(value) : nullptr;
    if (!buffer)
        return Failure{KeyError::NoKey, std::string("the MIKEY message has no key that is told as it is (KEMAC with "
                                                    "NULL encryption and a TEK)")};
    if (!is_our_cipher(structure) || gst_buffer_get_size(buffer) != SrtpKey::kSize)
        return Failure{KeyError::OtherCipher,
                       std::string("the MIKEY message is not for AES_CM_128_HMAC_SHA1_80 with a key of 16 bytes and a "
                                   "salt of 14")};
    SrtpKey key;
    gst_buffer_extract(buffer, 0, key.bytes.data(), key.bytes.size());
    return key;
}

}  // namespace rtspcore::rtp
