// SPDX-License-Identifier: LGPL-2.1-or-later
// States, pads, ends and seeks, again and again, with viewers attached. Nothing may be left of it: the leak checks of
// this folder run this program too.
#include <gst/gst.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "live_pipeline.h"
#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/free_port.h"
#include "support/load/watching_viewer.h"

using namespace rtspcore;
using namespace rtspcore::test;

namespace {

// A number of repetitions: `full` times RTSPSINK_STRESS_FACTOR, a tenth unless it says otherwise.
unsigned repetitions(unsigned full) {
    const char *factor = std::getenv("RTSPSINK_STRESS_FACTOR");
    return std::max(1u, static_cast<unsigned>(full * (factor ? std::atof(factor) : 0.1)));
}

bool receives_packet(RtspDialogue &viewer) {
    const Time end = monotonic_now() + RtspDialogue::kPatience;
    while (monotonic_now() < end) {
        for (auto item = viewer.link().next(); item.index() != 0; item = viewer.link().next())
            if (std::holds_alternative<InterleavedPacket>(item))
                return true;
        if (viewer.link().receive(std::chrono::milliseconds(100)) == RtspLink::Progress::Closed)
            return false;
    }
    return false;
}

bool is_ended_by_server(RtspDialogue &viewer) {
    const Time end = monotonic_now() + RtspDialogue::kPatience;
    while (monotonic_now() < end) {
        if (viewer.link().receive(std::chrono::milliseconds(100)) == RtspLink::Progress::Closed)
            return true;
        while (viewer.link().next().index() != 0) {
        }
    }
    return false;
}

uint64_t packets_of(WatchingViewer &viewer) {
    uint64_t packets = 0;
    for (const ReceivedTrack &track : viewer.findings().tracks)
        packets += track.packets();
    return packets;
}

// Whether media (still) flows to it.
bool watches(WatchingViewer &viewer) {
    const uint64_t goal = packets_of(viewer) + 10;
    const auto got_more = [&] { return packets_of(viewer) >= goal; };
    return eventually([&] { return got_more() || viewer.findings().closed; }, RtspDialogue::kPatience) && got_more();
}

// For people, when a check failed.
std::string told(WatchingViewer &viewer) {
    const auto findings = viewer.findings();
    std::string text = findings.closed ? "closed by the server" : findings.playing ? "playing" : "not playing";
    for (const ReceivedTrack &track : findings.tracks)
        text += ", " + std::to_string(track.packets()) + " packets";
    return text;
}

void check_watches(WatchingViewer &viewer) {
    ck_assert_msg(watches(viewer), "%s", told(viewer).c_str());
}

void check_lost_nothing(WatchingViewer &viewer) {
    const auto findings = viewer.findings();
    ck_assert(findings.playing && !findings.closed);
    for (const ReceivedTrack &track : findings.tracks)
        ck_assert_uint_eq(track.lost() + track.reordered() + track.malformed(), 0);
}

}  // namespace

START_TEST(test_null_and_playing_in_turn_serve_each_time_and_end_all) {
    const std::string service = std::to_string(free_port());
    LivePipeline pipeline(tone() + " ! rtspsink name=sink service=" + service);
    for (unsigned i = 0; i < repetitions(1000); ++i) {
        ck_assert(pipeline.set_state(GST_STATE_PLAYING));
        const auto transport = i % 2 == 0 ? Transport::Tcp : Transport::Udp;
        RtspDialogue viewer(pipeline.port(), "/test", transport);
        const bool watched = i % 4 < 2;
        if (watched)
            ck_assert_msg(viewer.begin(), "flip %u: refused with %d", i, viewer.refusal());
        if (watched && transport == Transport::Tcp)
            ck_assert(receives_packet(viewer));
        ck_assert(pipeline.set_state(GST_STATE_NULL));
        if (watched)
            ck_assert(is_ended_by_server(viewer));
        ck_assert(!RtspLink::open(static_cast<uint16_t>(std::stoi(service))));
    }
}
END_TEST

START_TEST(test_first_client_of_all_is_served) {
    const uint16_t port = free_port();
    LivePipeline pipeline(tone() + " ! rtspsink name=sink service=" + std::to_string(port));
    for (unsigned i = 0; i < repetitions(300); ++i) {
        int refusal = -1;
        std::thread client([&] {
            RtspDialogue dialogue(port, "/test", Transport::Tcp);
            const Time end = monotonic_now() + RtspDialogue::kPatience;
            while (!dialogue.connect() && monotonic_now() < end) {
            }
            refusal = dialogue.describe() ? 0 : dialogue.refusal();
        });
        ck_assert(pipeline.set_state(GST_STATE_PLAYING));
        client.join();
        ck_assert(pipeline.set_state(GST_STATE_NULL));
        ck_assert_msg(refusal == 0, "start %u: DESCRIBE was answered with %d", i, refusal);
    }
}
END_TEST

START_TEST(test_paused_and_playing_in_turn_keep_sessions) {
    LivePipeline pipeline(tone() + " ! rtspsink name=sink service=0");
    ck_assert(pipeline.set_state(GST_STATE_PLAYING));
    WatchingViewer tcp(pipeline.port(), "/test", Transport::Tcp);
    WatchingViewer udp(pipeline.port(), "/test", Transport::Udp);
    check_watches(tcp);
    check_watches(udp);
    for (unsigned i = 0; i < repetitions(1000); ++i) {
        ck_assert(pipeline.set_state(GST_STATE_PAUSED));
        ck_assert(pipeline.set_state(GST_STATE_PLAYING));
    }
    check_watches(tcp);
    check_watches(udp);
    check_lost_nothing(tcp);
    check_lost_nothing(udp);
}
END_TEST

namespace {

// A source that is linked to a pad of its own while the pipeline plays, and taken away again.
class Branch {
public:
    Branch(LivePipeline &pipeline, const std::string &mapping) : pipeline_(pipeline) {
        const std::string line = tone() + " ! capsfilter caps=audio/x-mulaw,mapping=" + mapping;
        source_ = Ref<GstElement>::sink(gst_parse_bin_from_description(line.c_str(), TRUE, nullptr));
        gst_bin_add(pipeline.bin(), source_.get());
        pad_ = Ref<GstPad>::adopt(gst_element_request_pad_simple(pipeline.sink(), "sink_%u"));
        const auto out = Ref<GstPad>::adopt(gst_element_get_static_pad(source_.get(), "src"));
        ck_assert_int_eq(gst_pad_link(out.get(), pad_.get()), GST_PAD_LINK_OK);
        gst_element_sync_state_with_parent(source_.get());
    }

    // The pad first, while data flows into it, or the source first.
    void remove(bool pad_first) {
        if (pad_first)
            gst_element_release_request_pad(pipeline_.sink(), pad_.get());
        gst_element_set_locked_state(source_.get(), TRUE);
        gst_element_set_state(source_.get(), GST_STATE_NULL);
        gst_bin_remove(pipeline_.bin(), source_.get());
        if (!pad_first)
            gst_element_release_request_pad(pipeline_.sink(), pad_.get());
    }

private:
    LivePipeline &pipeline_;
    Ref<GstElement> source_;
    Ref<GstPad> pad_;
};

}  // namespace

START_TEST(test_pads_that_come_and_go_harm_no_other) {
    // A short ring: its batches keep the indices of streams that have gone from being used again. And what a processor
    // that is busy does to viewers is not asked here.
    LivePipeline pipeline("rtspsink name=sink service=0 ring-duration=100 slow-viewers=lossless " + tone() +
                          " ! audio/x-mulaw,mapping=/stays ! sink.");
    ck_assert(pipeline.set_state(GST_STATE_PLAYING));
    WatchingViewer tcp(pipeline.port(), "/stays", Transport::Tcp);
    WatchingViewer udp(pipeline.port(), "/stays", Transport::Udp);
    check_watches(tcp);
    check_watches(udp);
    for (unsigned i = 0; i < repetitions(500); ++i) {
        const char *mapping = i % 3 == 0 ? "/stays" : "/goes";
        Branch branch(pipeline, mapping);
        RtspDialogue viewer(pipeline.port(), mapping, Transport::Tcp);
        if (i % 2 == 0)
            ck_assert_msg(viewer.begin() && receives_packet(viewer), "pad %u: refused with %d", i, viewer.refusal());
        branch.remove(i % 4 < 2);
        pipeline.drop_messages();
    }
    check_watches(tcp);
    check_watches(udp);
    check_lost_nothing(tcp);
    check_lost_nothing(udp);
}
END_TEST

namespace {

bool seek_to_start(LivePipeline &pipeline, bool flush) {
    const auto flags = static_cast<GstSeekFlags>(flush ? GST_SEEK_FLAG_FLUSH : GST_SEEK_FLAG_NONE);
    return gst_element_seek_simple(pipeline.element(), GST_FORMAT_TIME, flags, 0);
}

}  // namespace

START_TEST(test_ends_seeks_and_flushes_keep_sessions) {
    LivePipeline pipeline(tone(false) + " ! rtspsink name=sink service=0");
    ck_assert(pipeline.set_state(GST_STATE_PLAYING));
    WatchingViewer viewer(pipeline.port(), "/test", Transport::Tcp);
    check_watches(viewer);
    // One that does not flush, right behind one that does, may take a second: it holds the pipeline's state lock, which
    // the new base time needs, until the streaming thread has done with a packet, which waits for that.
    for (unsigned i = 0; i < repetitions(150); ++i) {
        if (i % 3 == 0) {
            ck_assert(gst_element_send_event(pipeline.element(), gst_event_new_eos()));
            const auto ended = pipeline.wait_message(static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
            ck_assert(ended && GST_MESSAGE_TYPE(ended.get()) == GST_MESSAGE_EOS);
        }
        ck_assert(seek_to_start(pipeline, i % 3 != 1));
        if (i % 10 == 0)
            check_watches(viewer);
    }
    check_watches(viewer);
    const auto findings = viewer.findings();
    ck_assert_uint_eq(findings.tracks.front().reordered() + findings.tracks.front().malformed(), 0);
}
END_TEST

START_TEST(test_pipelines_on_one_port_come_and_go) {
    const uint16_t port = free_port();
    std::atomic<unsigned> served{0};
    const unsigned rounds = repetitions(300);
    std::vector<std::thread> threads;
    for (const char *path : {"/one", "/two", "/three"})
        threads.emplace_back([&, path] {
            const std::string sink = " ! rtspsink name=sink service=" + std::to_string(port) + " mapping=" + path;
            for (unsigned i = 0; i < rounds; ++i) {
                LivePipeline pipeline(tone() + sink);
                RtspDialogue viewer(port, path, i % 2 == 0 ? Transport::Tcp : Transport::Udp);
                served += pipeline.set_state(GST_STATE_PLAYING) && viewer.begin() ? 1 : 0;
            }
        });
    for (std::thread &thread : threads)
        thread.join();
    ck_assert_uint_eq(served, 3 * rounds);
}
END_TEST

START_TEST(test_of_two_that_race_for_a_port_one_gets_it) {
    const std::string service = std::to_string(free_port());
    LivePipeline everywhere(tone() + " ! rtspsink name=sink address=0.0.0.0 service=" + service);
    LivePipeline here(tone() + " ! rtspsink name=sink address=127.0.0.1 service=" + service);
    for (unsigned i = 0; i < repetitions(300); ++i) {
        bool first = false;
        std::thread other([&] { first = everywhere.set_state(GST_STATE_PLAYING); });
        const bool second = here.set_state(GST_STATE_PLAYING);
        other.join();
        ck_assert_msg(first != second, "race %u: %d and %d got the port", i, first, second);
        everywhere.set_state(GST_STATE_NULL);
        here.set_state(GST_STATE_NULL);
    }
}
END_TEST

START_TEST(test_of_two_that_race_for_a_path_one_gets_it) {
    const std::string sink = " ! rtspsink name=sink mapping=/same service=" + std::to_string(free_port());
    LivePipeline one(tone() + sink);
    LivePipeline two(tone() + sink);
    for (unsigned i = 0; i < repetitions(300); ++i) {
        std::thread other([&] { one.set_state(GST_STATE_PLAYING); });
        two.set_state(GST_STATE_PLAYING);
        other.join();
        RtspDialogue viewer(one.port(), "/same", Transport::Tcp);
        ck_assert_msg(viewer.begin() && receives_packet(viewer), "race %u: refused with %d", i, viewer.refusal());
        one.set_state(GST_STATE_NULL);
        two.set_state(GST_STATE_NULL);
    }
}
END_TEST

int main(int argc, char **argv) {
    constexpr int kSkipped = 77;
    gst_init(&argc, &argv);
    g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK));
    if (!gst_registry_check_feature_version(gst_registry_get(), "rtspsink", 0, 1, 0))
        return kSkipped;
    Suite *suite = suite_create("states");
    for (const TTest *test :
         {test_null_and_playing_in_turn_serve_each_time_and_end_all, test_first_client_of_all_is_served,
          test_paused_and_playing_in_turn_keep_sessions, test_pads_that_come_and_go_harm_no_other,
          test_ends_seeks_and_flushes_keep_sessions, test_pipelines_on_one_port_come_and_go,
          test_of_two_that_race_for_a_port_one_gets_it, test_of_two_that_race_for_a_path_one_gets_it}) {
        TCase *test_case = tcase_create(test->name);
        tcase_set_timeout(test_case, 0);  // Meson limits the time
        tcase_add_test(test_case, test);
        suite_add_tcase(suite, test_case);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_VERBOSE);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    gst_deinit();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
