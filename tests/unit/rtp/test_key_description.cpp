// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gst/sdp/sdp.h>

#include <string>

#include "rtp/key_description.h"
#include "support/check_suite.h"

using namespace rtspcore;
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

}  // namespace

START_TEST(test_crypto_attribute_as_rfc_4568_writes_it) {
    const std::string attribute = rtp::crypto_attribute(counting_key());
    ck_assert_str_eq(attribute.c_str(), "1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd");
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

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("key_description",
                           {test_crypto_attribute_as_rfc_4568_writes_it, test_mikey_message_tells_stream_and_counter});
}
