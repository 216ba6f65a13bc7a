// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <memory>
#include <string>

#include "media/mailbox.h"
#include "server/mount_mirror.h"
#include "server/rtp_info.h"
#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/rtp_units.h"
#include "support/tracks.h"

using namespace rtspcore;
using namespace std::chrono_literals;

namespace {

class SilentViewer : public server::Viewer {
public:
    using Viewer::Viewer;
    void send(Time) override {}
    void say_goodbye(Time) override {}

private:
    void send_rtcp(media::SharedBatch, Time) override {}
};

// A session with the video track 0 and the audio track 1 of a mount, whose ring the test fills.
struct Watching {
    Watching() {
        for (const auto &track : {mount->add_track(test::video_config()), mount->add_track(test::audio_config())})
            session.streams()[track->index()] = {.track = track,
                                                 .uri = "rtsp://host/" + std::to_string(track->index())};
        viewer = std::make_unique<SilentViewer>(session, mirror);
    }
    void publish(const test::Unit &unit) { mirror.receive(next_++, test::make_batch(unit)); }
    void video(uint16_t sequence, rtp::RtpTime time, bool key = false, size_t packets = 1) {
        publish({.time = time, .sequence = sequence, .key = key, .packets = packets});
    }
    void audio(uint16_t sequence, rtp::RtpTime time, std::chrono::milliseconds made = 0ms) {
        publish({.track = 1, .made = made, .time = time, .sequence = sequence, .key = true, .dependent = false});
    }
    [[nodiscard]] std::string info() { return server::rtp_info(*viewer); }

    std::shared_ptr<media::Mount> mount = media::Mount::create("/test", {});
    server::MountMirror mirror{mount, std::make_shared<media::Mailbox>(), nullptr};
    server::Session session{"id", mount, test::kStart};
    std::unique_ptr<SilentViewer> viewer;

private:
    media::RingIndex next_ = 0;
};

}  // namespace

START_TEST(test_rtp_info_is_that_of_the_units_that_are_sent_next) {
    Watching w;
    w.audio(10, 1600);
    w.video(65534, 90'000, true, 3);
    w.audio(11, 1760);
    w.viewer->cursor().start(0);
    test::assert_text(w.info(),
                      "url=rtsp://host/0;seq=65534;rtptime=90000,"
                      "url=rtsp://host/1;seq=11;rtptime=1760");
}
END_TEST

START_TEST(test_rtp_info_of_a_burst_has_its_times) {
    Watching w;
    w.video(1, 1000, true);
    w.audio(10, 1600);
    auto burst = test::make_batch({.time = 2500, .sequence = 1, .key = true});
    w.viewer->cursor().start_with_burst({burst, w.mirror.ring().at(1)}, 2);
    test::assert_text(w.info(),
                      "url=rtsp://host/0;seq=1;rtptime=2500,"
                      "url=rtsp://host/1;seq=10;rtptime=1600");
}
END_TEST

START_TEST(test_rtp_info_follows_the_newest_unit_where_the_next_is_not_made) {
    Watching w;
    w.video(65533, 3000, true, 2);
    w.video(65535, 6000, false, 2);
    w.audio(10, 1600);
    w.viewer->cursor().start_anywhere(3);
    test::assert_text(w.info(),
                      "url=rtsp://host/0;seq=1;rtptime=9000,"
                      "url=rtsp://host/1;seq=11");
}
END_TEST

// Which unit that will be nobody knows; a guess would be wrong mostly.
START_TEST(test_rtp_info_says_nothing_while_a_key_unit_is_waited_for) {
    Watching w;
    w.video(1, 3000, true);
    w.video(2, 6000);
    w.audio(10, 1600);
    w.audio(11, 1760);
    w.viewer->cursor().start(w.mirror.ring().end());
    test::assert_text(w.info(), "");
}
END_TEST

START_TEST(test_rtp_info_of_nothing_is_nothing) {
    Watching w;
    w.viewer->cursor().start_anywhere(0);
    test::assert_text(w.info(), "");
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("rtp_info", {
                                           test_rtp_info_is_that_of_the_units_that_are_sent_next,
                                           test_rtp_info_of_a_burst_has_its_times,
                                           test_rtp_info_follows_the_newest_unit_where_the_next_is_not_made,
                                           test_rtp_info_says_nothing_while_a_key_unit_is_waited_for,
                                           test_rtp_info_of_nothing_is_nothing,
                                       });
}
