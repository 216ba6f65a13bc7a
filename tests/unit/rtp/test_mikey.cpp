// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gst/sdp/sdp.h>

#include <algorithm>
#include <string>
#include <vector>

#include "rtp/mikey.h"
#include "support/check_suite.h"

using namespace rtspcore;
using rtp::MikeyError;
using rtp::SrtpKey;
using Bytes = std::vector<uint8_t>;

namespace {

SrtpKey counting_key() {
    SrtpKey key;
    for (size_t i = 0; i < SrtpKey::kSize; ++i)
        key.bytes[i] = static_cast<uint8_t>(i);
    return key;
}

// As rtspsrc tells its key.
Bytes by_gstreamer(const char *cipher, const char *authentication, const Bytes &key) {
    GstBuffer *buffer = gst_buffer_new_memdup(key.data(), key.size());
    GstCaps *caps =
        gst_caps_new_simple("application/x-srtp", "srtp-key", GST_TYPE_BUFFER, buffer, "srtp-cipher", G_TYPE_STRING,
                            cipher, "srtp-auth", G_TYPE_STRING, authentication, "srtcp-cipher", G_TYPE_STRING, cipher,
                            "srtcp-auth", G_TYPE_STRING, authentication, nullptr);
    GstMIKEYMessage *message = gst_mikey_message_new_from_caps(caps);
    gst_mikey_message_add_cs_srtp(message, 0, 0x11223344, 3);
    GBytes *written = gst_mikey_message_to_bytes(message, nullptr, nullptr);
    gsize size = 0;
    const auto *begin = static_cast<const uint8_t *>(g_bytes_get_data(written, &size));
    Bytes bytes(begin, begin + size);
    g_bytes_unref(written);
    gst_mikey_message_unref(message);
    gst_caps_unref(caps);
    gst_buffer_unref(buffer);
    return bytes;
}

Bytes usual() {
    const SrtpKey key = counting_key();
    return by_gstreamer("aes-128-icm", "hmac-sha1-80", Bytes(key.bytes.begin(), key.bytes.end()));
}

// Section 6.1, with one crypto session; the first payload is of that type.
Bytes header(uint8_t first) {
    return {1, 0, first, 0, 0, 0, 0, 1, 1, 0, 0, 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0};
}

Bytes operator+(const Bytes &a, const Bytes &b) {
    Bytes both(a.size() + b.size());
    std::ranges::copy(b, std::ranges::copy(a, both.begin()).out);
    return both;
}

// KEMAC with one key of that type.
Bytes kemac(uint8_t type, const Bytes &fields) {
    const Bytes key_data = Bytes{0, static_cast<uint8_t>(type << 4)} + fields;
    return Bytes{0, 0, 0, static_cast<uint8_t>(key_data.size())} + key_data + Bytes{0};
}

Bytes counting(uint8_t from, uint8_t count) {
    Bytes bytes;
    for (uint8_t i = 0; i < count; ++i)
        bytes.push_back(static_cast<uint8_t>(from + i));
    return bytes;
}

}  // namespace

START_TEST(test_mikey_of_gstreamer_is_read) {
    const auto key = rtp::read_mikey(usual());
    ck_assert(key.ok());
    ck_assert(*key == counting_key());
}
END_TEST

START_TEST(test_mikey_salt_in_its_own_field) {
    const auto key =
        rtp::read_mikey(header(1) + kemac(3, Bytes{0, 16} + counting(0, 16) + Bytes{0, 14} + counting(16, 14)));
    ck_assert(key.ok());
    ck_assert(*key == counting_key());
}
END_TEST

START_TEST(test_mikey_payloads_that_say_nothing_to_us_are_passed_over) {
    const Bytes tek = kemac(2, Bytes{0, 30} + counting(0, 30));
    const struct {
        const char *name;
        Bytes message;
    } kCases[] = {
        {"a time stamp", header(5) + Bytes{1, 0} + Bytes(8, 0) + tek},
        {"a counter", header(5) + Bytes{1, 2} + Bytes(4, 0) + tek},
        {"random bytes", header(11) + Bytes{1, 3, 7, 7, 7} + tek},
        {"an identity", header(6) + Bytes{1, 0, 0, 2, 'm', 'e'} + tek},
        {"an extension", header(21) + Bytes{1, 0, 0, 0} + tek},
        {"parameters that are not known", header(10) + Bytes{1, 0, 0, 0, 3, 99, 1, 5} + tek},
    };
    for (const auto &test : kCases)
        ck_assert_msg(rtp::read_mikey(test.message).ok(), "%s", test.name);
}
END_TEST

START_TEST(test_mikey_refuses_what_it_cannot_use) {
    const struct {
        const char *name;
        Bytes message;
        MikeyError error;
    } kCases[] = {
        {"nothing", {}, MikeyError::Malformed},
        {"another version", Bytes{2} + Bytes(30, 0), MikeyError::Malformed},
        {"more sessions than there are", {1, 0, 1, 0, 0, 0, 0, 0, 255, 0, 1, 2, 3}, MikeyError::Malformed},
        {"a payload that is not known", header(99) + Bytes(64, 99), MikeyError::Malformed},
        {"no payload", header(0), MikeyError::NoKey},
        {"an encrypted key", header(1) + Bytes{0, 1, 0, 2, 5, 5, 0}, MikeyError::NoKey},
        {"a key to make keys of", header(1) + kemac(0, Bytes{0, 30} + counting(0, 30)), MikeyError::NoKey},
        {"a key without salt", header(1) + kemac(2, Bytes{0, 16} + counting(0, 16)), MikeyError::NoKey},
        {"AES-256", by_gstreamer("aes-256-icm", "hmac-sha1-80", Bytes(46, 1)), MikeyError::OtherCipher},
        {"a tag of 32 bits", by_gstreamer("aes-128-icm", "hmac-sha1-32", Bytes(30, 1)), MikeyError::OtherCipher},
        {"not encrypted", header(10) + Bytes{1, 0, 0, 0, 3, 7, 1, 0} + kemac(2, Bytes{0, 30} + counting(0, 30)),
         MikeyError::OtherCipher},
    };
    for (const auto &test : kCases) {
        const auto key = rtp::read_mikey(test.message);
        ck_assert_msg(!key.ok(), "%s is taken", test.name);
        ck_assert_msg(key.error().code == test.error, "%s: %s", test.name, key.error().message.c_str());
    }
}
END_TEST

START_TEST(test_mikey_cut_off_anywhere_is_refused) {
    const Bytes whole = usual();
    for (size_t size = 0; size < whole.size(); ++size)
        ck_assert_msg(!rtp::read_mikey(std::span(whole).first(size)).ok(), "%zu of %zu bytes", size, whole.size());
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("mikey", {test_mikey_of_gstreamer_is_read, test_mikey_salt_in_its_own_field,
                                     test_mikey_payloads_that_say_nothing_to_us_are_passed_over,
                                     test_mikey_refuses_what_it_cannot_use, test_mikey_cut_off_anywhere_is_refused});
}
