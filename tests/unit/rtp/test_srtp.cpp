// SPDX-License-Identifier: LGPL-2.1-or-later
#include <srtp2/srtp.h>

#include <cstring>
#include <span>
#include <vector>

#include "rtp/rtcp.h"
#include "rtp/srtp.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"

using namespace rtspcore;
using rtp::SrtcpReceiver;
using rtp::SrtpKey;
using rtp::SrtpSender;
using Bytes = std::vector<uint8_t>;

namespace {

constexpr size_t kTag = 10;
constexpr size_t kSrtcpTrailer = 14;

SrtpKey a_key() {
    SrtpKey key;
    for (size_t i = 0; i < SrtpKey::kSize; ++i)
        key.bytes[i] = static_cast<uint8_t>(i * 7 + 1);
    return key;
}

Bytes copy(std::span<const uint8_t> bytes) {
    return {bytes.begin(), bytes.end()};
}

// A client's side, with the rollover counter at 0.
class Client {
public:
    explicit Client(SrtpKey key) : key_(key) {
        srtp_policy_t policy{};
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
        policy.ssrc.type = ssrc_any_inbound;
        policy.key = key_.bytes.data();
        (void)srtp_init();  // fails where it was done before
        ck_assert_int_eq(srtp_create(&context_, &policy), srtp_err_status_ok);
    }
    ~Client() { srtp_dealloc(context_); }

    Bytes decrypt(Bytes packet) {
        int size = static_cast<int>(packet.size());
        if (srtp_unprotect(context_, packet.data(), &size) != srtp_err_status_ok)
            return {};
        packet.resize(static_cast<size_t>(size));
        return packet;
    }

private:
    SrtpKey key_;
    srtp_t context_ = nullptr;
};

Bytes report(rtp::Ssrc ssrc) {
    return rtp::sender_report({.ssrc = ssrc, .packets = 7}, "somebody");
}

}  // namespace

START_TEST(test_srtp_random_keys_differ) {
    ck_assert(!(SrtpKey::random() == SrtpKey::random()));
    ck_assert(!(SrtpKey::random() == SrtpKey{}));
}
END_TEST

START_TEST(test_srtp_client_decrypts_across_the_wrap) {
    SrtpSender sender(a_key());
    Client client(a_key());
    for (unsigned number = 65'000; number < 65'536 + 400; ++number) {
        const auto plain =
            test::rtp_packet({.sequence = static_cast<uint16_t>(number), .time = number, .payload = 300});
        const Bytes packet = copy(sender.protect_rtp(plain));
        ck_assert_uint_eq(packet.size(), plain.size() + kTag);
        ck_assert_msg(std::memcmp(packet.data(), plain.data(), rtp::kFixedHeaderSize) == 0,
                      "the header stays readable");
        ck_assert_msg(std::memcmp(packet.data() + 12, plain.data() + 12, 300) != 0, "the payload does not");
        ck_assert_msg(client.decrypt(packet) == plain, "packet %u", number);
    }
}
END_TEST

START_TEST(test_srtp_gives_an_older_packet_again) {
    SrtpSender sender(a_key());
    const auto first = test::rtp_packet({.sequence = 1000});
    const Bytes before = copy(sender.protect_rtp(first));
    for (uint16_t number = 1001; number < 3000; ++number)
        ck_assert(!sender.protect_rtp(test::rtp_packet({.sequence = number})).empty());
    ck_assert(copy(sender.protect_rtp(first)) == before);
}
END_TEST

START_TEST(test_srtcp_is_opened_by_who_has_the_key) {
    SrtpSender sender(a_key());
    SrtcpReceiver receiver(a_key());
    SrtcpReceiver stranger(SrtpKey::random());
    const Bytes packet = copy(sender.protect_rtcp(report(0x5ead)));
    ck_assert_uint_eq(packet.size(), report(0x5ead).size() + kSrtcpTrailer);
    ck_assert(stranger.open(packet).empty());
    ck_assert(copy(receiver.open(packet)) == report(0x5ead));
    ck_assert_msg(receiver.open(packet).empty(), "a repetition is refused");
}
END_TEST

START_TEST(test_srtcp_of_a_stranger_is_refused) {
    SrtpSender sender(a_key());
    const Bytes good = copy(sender.protect_rtcp(report(0x5ead)));
    Bytes changed = good;
    changed[12] ^= 1;
    const struct {
        const char *name;
        Bytes bytes;
    } kCases[] = {
        {"nothing", {}},
        {"a plain report", report(0x5ead)},
        {"one bit is another", changed},
        {"shorter than a trailer", {good.begin(), good.begin() + 21}},
        {"the end is missing", {good.begin(), good.end() - 1}},
        {"zeros", Bytes(64, 0)},
    };
    for (const auto &test : kCases) {
        SrtcpReceiver receiver(a_key());
        ck_assert_msg(receiver.open(test.bytes).empty(), "%s", test.name);
        ck_assert_msg(!receiver.open(good).empty(), "%s: what comes after it is read", test.name);
    }
}
END_TEST

START_TEST(test_srtcp_senders_are_bounded) {
    SrtpSender sender(a_key());
    SrtcpReceiver receiver(a_key());
    unsigned heard = 0;
    for (rtp::Ssrc ssrc = 1; ssrc <= 100; ++ssrc)
        heard += receiver.open(copy(sender.protect_rtcp(report(ssrc)))).empty() ? 0 : 1;
    ck_assert_uint_eq(heard, 16);
    ck_assert_msg(!receiver.open(copy(sender.protect_rtcp(report(1)))).empty(), "the first ones are still heard");
}
END_TEST

int main() {
    return test::run_suite("srtp", {test_srtp_random_keys_differ, test_srtp_client_decrypts_across_the_wrap,
                                    test_srtp_gives_an_older_packet_again, test_srtcp_is_opened_by_who_has_the_key,
                                    test_srtcp_of_a_stranger_is_refused, test_srtcp_senders_are_bounded});
}
