// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/base64_stream.h"
#include "support/bytes.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using namespace std::string_view_literals;
using rtsp::Base64Error;
using rtsp::Base64Stream;

namespace {

struct Decoded {
    std::string text;
    std::optional<Base64Error> fault;
    bool in_group = false;
};

Decoded decode(std::string_view text, size_t portion) {
    Base64Stream stream;
    Decoded decoded;
    std::vector<uint8_t> out;
    while (!text.empty()) {
        const auto part = text.substr(0, portion);
        text.remove_prefix(part.size());
        if (const auto result = stream.decode(test::as_bytes(part), out); !result)
            decoded.fault = result.error().code;
    }
    decoded.text = test::as_text(out);
    decoded.in_group = stream.in_group();
    return decoded;
}

const size_t kPortions[] = {1, 2, 3, 4, 5, 7, 1000};

}  // namespace

START_TEST(test_base64_stream_text_in_any_portions_is_decoded) {
    const struct {
        std::string_view encoded;
        std::string_view text;
        bool in_group;
    } cases[] = {
        {"", "", false},
        {"UExBWQ==", "PLAY", false},
        {"UExBWTE=", "PLAY1", false},
        {"UExBWTEy", "PLAY12", false},
        {"UExBWQ==UExBWTE=UExBWQ==", "PLAYPLAY1PLAY", false},  // ffmpeg, rtspsrc, VLC: each request on its own
        {"UEx\r\nBWQ\n=\r=\r\n\r\nUExB\nWTEy\n", "PLAYPLAY12", false},
        {"+/+/AAAA", "\xfb\xff\xbf\0\0\0"sv, false},
        {"UExBW", "PLA", true},
        {"UExBWQ=", "PLA", true},
        {"\r\n\r\n", "", false},
    };
    for (const auto &c : cases) {
        for (const size_t portion : kPortions) {
            const auto decoded = decode(c.encoded, portion);
            ck_assert_msg(!decoded.fault, "%s", c.encoded.data());
            test::assert_text(decoded.text, c.text);
            ck_assert_msg(decoded.in_group == c.in_group, "%s", c.encoded.data());
        }
    }
}
END_TEST

START_TEST(test_base64_stream_fault_ends_the_stream_after_what_was_good) {
    const struct {
        std::string_view encoded;
        std::string_view text;
        Base64Error fault;
    } cases[] = {
        {"UExB PLAY", "PLA", Base64Error::ForeignCharacter},
        {"UExB\0UExB"sv, "PLA", Base64Error::ForeignCharacter},
        {"UExB-_-_", "PLA", Base64Error::ForeignCharacter},
        {"PLAY * RTSP/1.0", "<\xb0\x18", Base64Error::ForeignCharacter},
        {"=", "", Base64Error::MisplacedPadding},
        {"UExBU===UExB", "PLA", Base64Error::MisplacedPadding},
        {"UExBWQ=UExBUExB", "PLA", Base64Error::MisplacedPadding},
        {"UExBWQ===", "PLAY", Base64Error::MisplacedPadding},
        {"UExBWQ=\xff", "PLA", Base64Error::ForeignCharacter},
    };
    for (const auto &c : cases) {
        for (const size_t portion : kPortions) {
            const auto decoded = decode(c.encoded, portion);
            ck_assert_msg(decoded.fault == c.fault, "%s", c.encoded.data());
            test::assert_text(decoded.text, c.text);
        }
    }
}
END_TEST

START_TEST(test_base64_stream_fault_does_not_tell_the_character) {
    Base64Stream stream;
    std::vector<uint8_t> out;
    const auto result = stream.decode(test::as_bytes("UExB\x01"), out);
    ck_assert(!result.ok());
    ck_assert(result.error().message.find("at its character 5") != std::string::npos);
    ck_assert(result.error().message.find('\x01') == std::string::npos);
}
END_TEST

int main() {
    return test::run_suite("base64_stream", {test_base64_stream_text_in_any_portions_is_decoded,
                                             test_base64_stream_fault_ends_the_stream_after_what_was_good,
                                             test_base64_stream_fault_does_not_tell_the_character});
}
