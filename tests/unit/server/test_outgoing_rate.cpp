// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <memory>
#include <vector>

#include "server/outgoing_rate.h"
#include "support/check_suite.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using media::Mount;
using media::ViewerCopy;

namespace {

constexpr uint64_t kLimit = 1'000'000;
constexpr uint64_t kHalf = kLimit / 2;

// Mounts that publish at any rate, measured every second.
struct Measured {
    std::shared_ptr<Mount> camera = Mount::create("/camera", {});
    std::shared_ptr<Mount> other = Mount::create("/other", {});
    server::OutgoingRate rate;
    Time now = Time() + 1h;

    Measured() { pass(0, 0ms); }

    void pass(uint64_t camera_bits, Duration time = 1s, uint64_t other_bits = 0) {
        camera->statistics().bytes_published += camera_bits / 8;
        other->statistics().bytes_published += other_bits / 8;
        now += time;
        rate.sample({camera, other}, now);
    }
    bool has_room(ViewerCopy copy = ViewerCopy::Own, uint64_t limit = kLimit) {
        return rate.has_room(*camera, copy, limit);
    }
};

}  // namespace

START_TEST(test_rate_counts_each_viewer_as_a_copy) {
    Measured of;
    of.pass(kHalf);
    ck_assert(of.has_room());
    of.camera->add_viewer();
    ck_assert_msg(of.has_room(), "two fill it");
    of.camera->add_viewer();
    ck_assert(!of.has_room());
    ck_assert_msg(of.has_room(ViewerCopy::Own, 0), "0: any");
    of.camera->remove_viewer();
    ck_assert(of.has_room());
}
END_TEST

START_TEST(test_rate_counts_a_group_as_one_copy) {
    Measured of;
    of.pass(kHalf);
    for (int i = 0; i < 3; ++i) {
        ck_assert_msg(of.has_room(ViewerCopy::OfGroup), "member %d", i);
        of.camera->add_viewer(ViewerCopy::OfGroup);
    }
    ck_assert_uint_eq(of.camera->statistics().viewers, 3);
    ck_assert_msg(of.has_room(ViewerCopy::Own), "one beside the group");
    of.camera->add_viewer();
    ck_assert(!of.has_room(ViewerCopy::Own));
    for (int i = 0; i < 3; ++i)
        of.camera->remove_viewer(ViewerCopy::OfGroup);
    ck_assert_msg(of.has_room(ViewerCopy::Own), "the last member has left");
}
END_TEST

START_TEST(test_rate_counts_the_first_member_as_a_copy_and_others_not) {
    Measured of;
    of.pass(kHalf);
    of.camera->add_viewer();
    of.camera->add_viewer();
    ck_assert(!of.has_room(ViewerCopy::OfGroup));
    of.camera->remove_viewer();
    of.camera->add_viewer(ViewerCopy::OfGroup);
    of.pass(2 * kLimit);
    ck_assert(!of.has_room(ViewerCopy::Own));
    ck_assert_msg(of.has_room(ViewerCopy::OfGroup), "who joins costs nothing, however much is sent");
}
END_TEST

START_TEST(test_rate_is_of_all_mounts) {
    Measured of;
    of.pass(kHalf, 1s, kHalf + 80);
    of.other->add_viewer();
    ck_assert(!of.has_room());
    of.other->remove_viewer();
    ck_assert(of.has_room());
}
END_TEST

START_TEST(test_rate_follows_what_is_published) {
    const struct {
        std::vector<uint64_t> seconds;
        bool fits;
    } kCases[] = {
        {{}, true},  // not measured yet
        {{kLimit}, true},
        {{kLimit + 80}, false},
        {{kLimit, kLimit + 80}, false},
        {{2 * kLimit, 0}, true},  // a key frame now and then
        {{2 * kLimit, 80}, false},
        {{2 * kLimit, 0, kLimit, kLimit}, true},
        {{2 * kLimit, 2 * kLimit, 0, 0}, true},
    };
    for (const auto &each : kCases) {
        Measured of;
        for (const uint64_t bits : each.seconds)
            of.pass(bits);
        ck_assert_msg(of.has_room() == each.fits, "case %zu", static_cast<size_t>(&each - kCases));
    }
}
END_TEST

START_TEST(test_rate_is_of_the_time_that_passed) {
    Measured of;
    of.pass(2 * kLimit, 2s);
    ck_assert(of.has_room());
    of.pass(2 * kLimit, 0s);
    ck_assert_msg(of.has_room(), "no time, no measurement");
    of.pass(0, -10s);
    of.now += 10s;
    of.pass(0, 2s);
    ck_assert_msg(of.has_room(), "what came meanwhile is of the next two seconds");
    of.pass(3 * kLimit, 1s);
    ck_assert(!of.has_room());
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("outgoing_rate",
                           {test_rate_counts_each_viewer_as_a_copy, test_rate_counts_a_group_as_one_copy,
                            test_rate_counts_the_first_member_as_a_copy_and_others_not, test_rate_is_of_all_mounts,
                            test_rate_follows_what_is_published, test_rate_is_of_the_time_that_passed});
}
