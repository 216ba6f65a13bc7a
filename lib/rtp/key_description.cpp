// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/key_description.h"

#include <gst/sdp/sdp.h>

#include <memory>

#include "base/ref.h"

namespace rtspcore::rtp {

namespace {

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

}  // namespace rtspcore::rtp
