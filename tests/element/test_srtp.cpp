// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "rtp/big_endian.h"
#include "sink_harness.h"
#include "suite.h"
#include "support/secure_server.h"
#include "support/secure_viewer.h"

using namespace rtspcore;
using rtspsink::test::SinkHarness;
using test::SecureViewer;
using test::SrtpWay;
using Bytes = std::vector<uint8_t>;

namespace {

constexpr uint32_t kFirst = 0x1111;
constexpr uint32_t kSecond = 0x2222;
constexpr uint16_t kBegin = 1000;

std::string properties(const test::Identity &identity) {
    const auto files = identity.files();
    return "srtp=required tls-certificate=" + files.certificate + " tls-key=" + files.key;
}

// Sends H.264 in RTP, no payload twice, as one source and then as another.
class Camera {
public:
    Camera() : sink_(properties(identity_).c_str()) {
        sink_.set_caps(rtspsink::test::h264_rtp_caps());
        sink_.become(kFirst, kBegin);
    }
    void become(uint32_t ssrc, uint16_t sequence) { sink_.become(ssrc, sequence); }
    // A key unit and nine that depend on it.
    void gop() {
        push(rtspsink::test::h264_key_unit().substr(0, 12) + std::string("\0\x1e", 2) + filled("\x65\x88"));
        for (int i = 0; i < 9; ++i)
            push(filled("\x61\x9a"));
    }
    [[nodiscard]] uint16_t port() const { return static_cast<uint16_t>(sink_.port()); }
    [[nodiscard]] const std::string &newest() const { return newest_; }
    [[nodiscard]] bool has_sent(const std::string &payload) const { return sent_.contains(payload); }

private:
    void push(const std::string &payload) {
        ck_assert_int_eq(sink_.push_packet(payload), GST_FLOW_OK);
        newest_ = payload;
        sent_.insert(payload);
    }
    // A NAL unit of 30 bytes.
    std::string filled(const std::string &begin) {
        const std::string number = std::to_string(1'000'000 + ++count_);
        return begin + number + number + number + number;
    }

    test::Identity identity_;
    SinkHarness sink_;
    unsigned count_ = 0;
    std::string newest_;
    std::set<std::string> sent_;
};

// Who listens to all, and finds out whether two contents were encrypted with the same key stream: their difference
// would be the difference of the contents (RFC 3711 section 9.1).
class Eavesdropper {
public:
    void hear(const Bytes &sealed, const Bytes &plain) {
        Stream stream;
        for (size_t i = 0; i < stream.size(); ++i)
            stream[i] = sealed[rtp::kFixedHeaderSize + i] ^ plain[rtp::kFixedHeaderSize + i];
        const Bytes payload(plain.begin() + rtp::kFixedHeaderSize, plain.end());
        const auto [known, is_new] = contents_.try_emplace(stream, payload);
        ck_assert_msg(is_new || known->second == payload, "two contents of one key stream");
    }

private:
    using Stream = std::array<uint8_t, 16>;
    std::map<Stream, Bytes> contents_;
};

struct Restart {
    const char *name;
    std::vector<std::pair<uint32_t, uint16_t>> sources;  // one after the other: SSRC and first number
    bool goes_on;                                        // the session does; otherwise it ends, and new keys are told
};

// After ten packets from kBegin on.
const Restart kRestarts[] = {
    {"a loss", {{kFirst, kBegin + 500}}, true},
    {"another source, other numbers", {{kSecond, 40'000}}, true},
    {"another source, the same numbers", {{kSecond, kBegin}}, true},
    {"one source after the other", {{0x3333, kBegin}, {0x4444, kBegin}, {0x5555, 65'530}}, true},
    {"the same source, the same numbers", {{kFirst, kBegin - 200}}, false},
    {"the same source, numbers it has not had", {{kFirst, 50'000}}, false},
    {"the same source, further ahead than can be followed", {{kFirst, kBegin + 0x7800}}, false},
    {"the first source again", {{kSecond, kBegin}, {kFirst, kBegin + 2000}}, false},
};

class Watching {
public:
    Watching(Camera &camera, const SrtpWay &way) : camera_(camera), viewer_(camera.port(), way) {
        viewer_.describe();
        viewer_.set_up();
        viewer_.play();
    }
    // What comes is what was sent, to the newest.
    void catch_up(const char *name, Eavesdropper &ear) {
        for (std::string payload; payload != camera_.newest();) {
            const Bytes sealed = viewer_.next_sealed_rtp(0);
            const Bytes plain = viewer_.decoder(0).rtp(sealed);
            ck_assert_msg(!plain.empty(), "%s: a packet that cannot be decrypted", name);
            ear.hear(sealed, plain);
            payload.assign(plain.begin() + rtp::kFixedHeaderSize, plain.end());
            ck_assert_msg(camera_.has_sent(payload), "%s: something else", name);
        }
    }
    // Its media end with BYE or with the connection.
    void assert_ended(const char *name, bool udp) {
        if (!udp) {
            ck_assert_msg(viewer_.peer().is_closed_by_server(), "%s: over TCP", name);
            return;
        }
        constexpr uint8_t kGoodbye = 203;
        for (bool ended = false; !ended;) {
            const Bytes compound = viewer_.next_rtcp(0);
            for (size_t at = 0; at + 4 <= compound.size(); at += 4 * (rtp::load_u16(compound, at + 2) + 1u))
                ended = ended || compound[at + 1] == kGoodbye;
        }
        ck_assert_msg(viewer_.ask("GET_PARAMETER").status == 454, "%s: over UDP", name);
    }
    [[nodiscard]] const test::ToldKey &key() const { return viewer_.keys()[0]; }

private:
    Camera &camera_;
    SecureViewer viewer_;
};

}  // namespace

START_TEST(test_source_that_begins_anew_never_uses_a_key_stream_twice) {
    for (const Restart &restart : kRestarts) {
        for (const SrtpWay &way : {test::kSrtpWays[0], test::kSrtpWays[1]}) {
            Camera camera;
            Eavesdropper ear;
            camera.gop();
            Watching first(camera, way);
            first.catch_up(restart.name, ear);
            for (const auto &[ssrc, number] : restart.sources) {
                camera.become(ssrc, number);
                camera.gop();
                if (restart.goes_on)
                    first.catch_up(restart.name, ear);
            }
            if (!restart.goes_on)
                first.assert_ended(restart.name, way.over == SrtpWay::Over::Udp);
            Watching second(camera, way);
            ck_assert_msg(restart.goes_on || !(second.key().key == first.key().key), "%s: the same key", restart.name);
            second.catch_up(restart.name, ear);
            camera.gop();
            second.catch_up(restart.name, ear);
        }
    }
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(argc, argv, "srtp",
                                             {test_source_that_begins_anew_never_uses_a_key_stream_twice});
}
