// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gst/sdp/sdp.h>

#include <string>

#include "rtp/key_description.h"
#include "support/check_suite.h"

using namespace rtspcore;
using rtp::KeyError;
using rtp::SrtpKey;

namespace {

SrtpKey counting_key() {
    SrtpKey key;
    for (size_t i = 0; i < SrtpKey::kSize; ++i)
        key.bytes[i] = static_cast<uint8_t>(i);
    return key;
}

// As rtspsrc reads it.
struct ReadMikey {
    explicit ReadMikey(const std::string &base64) {
        gsize size = 0;
        guchar *bytes = g_base64_decode(base64.c_str(), &size);
        message = gst_mikey_message_new_from_data(bytes, size, nullptr, nullptr);
        g_free(bytes);
        ck_assert(message != nullptr);
    }
    ~ReadMikey() { gst_mikey_message_unref(message); }
    GstMIKEYMessage *message;
};

// A message that differs from ours in its ciphers.
std::string mikey_with(const char *cipher, const char *authentication, size_t key_size) {
    GstBuffer *key = gst_buffer_new_allocate(nullptr, key_size, nullptr);
    GstCaps *caps =
        gst_caps_new_simple("application/x-srtp", "srtp-key", GST_TYPE_BUFFER, key, "srtp-cipher", G_TYPE_STRING,
                            cipher, "srtp-auth", G_TYPE_STRING, authentication, "srtcp-cipher", G_TYPE_STRING, cipher,
                            "srtcp-auth", G_TYPE_STRING, authentication, nullptr);
    GstMIKEYMessage *message = gst_mikey_message_new_from_caps(caps);
    gchar *base64 = gst_mikey_message_base64_encode(message);
    std::string text = base64;
    g_free(base64);
    gst_mikey_message_unref(message);
    gst_caps_unref(caps);
    gst_buffer_unref(key);
    return text;
}

}  // namespace

START_TEST(test_crypto_attribute_as_rfc_4568_writes_it) {
    const std::string attribute = rtp::crypto_attribute(counting_key());
    ck_assert_str_eq(attribute.c_str(), "1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd");
}
END_TEST

START_TEST(test_mikey_message_is_read_as_it_was_written) {
    const auto key = rtp::read_mikey(rtp::mikey_message(counting_key(), 0x11223344, 3));
    ck_assert(key.ok());
    ck_assert(*key == counting_key());
}
END_TEST

START_TEST(test_mikey_message_tells_stream_and_counter) {
    const ReadMikey read(rtp::mikey_message(counting_key(), 0x11223344, 3));
    ck_assert_uint_eq(gst_mikey_message_get_n_cs(read.message), 1);
    const GstMIKEYMapSRTP *session = gst_mikey_message_get_cs_srtp(read.message, 0);
    ck_assert_uint_eq(session->ssrc, 0x11223344);
    ck_assert_uint_eq(session->roc, 3);
}
END_TEST

START_TEST(test_read_mikey_refuses_what_it_cannot_use) {
    const std::string good = rtp::mikey_message(counting_key(), 1, 0);
    const struct {
        const char *name;
        std::string base64;
        KeyError error;
    } kCases[] = {
        {"nothing", "", KeyError::NotMikey},
        {"no Base64", "prot=mikey", KeyError::NotMikey},
        {"too short", good.substr(0, 12), KeyError::NotMikey},
        {"the key is cut off", good.substr(0, good.size() - 24), KeyError::NotMikey},
        {"longer than any message", std::string(100'000, 'A'), KeyError::NotMikey},
        {"AES-256", mikey_with("aes-256-icm", "hmac-sha1-80", 46), KeyError::OtherCipher},
        {"a tag of 32 bits", mikey_with("aes-128-icm", "hmac-sha1-32", 30), KeyError::OtherCipher},
    };
    for (const auto &test : kCases) {
        const auto key = rtp::read_mikey(test.base64);
        ck_assert_msg(!key.ok(), "%s is taken", test.name);
        ck_assert_msg(key.error().code == test.error, "%s: %s", test.name, key.error().message.c_str());
    }
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("key_description",
                           {test_crypto_attribute_as_rfc_4568_writes_it, test_mikey_message_is_read_as_it_was_written,
                            test_mikey_message_tells_stream_and_counter, test_read_mikey_refuses_what_it_cannot_use});
}
