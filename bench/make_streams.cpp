// SPDX-License-Identifier: LGPL-2.1-or-later
// make_streams FOLDER: encodes the streams of the comparison once, so that encoding costs no server anything. For each
// NAME it writes NAME.units (encoded frames), NAME.packets (the same as RTP packets, for the bare sender) and
// NAME.stamps (see StampTable).
#include <gst/app/gstappsink.h>
#include <gst/gst.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ref.h"
#include "stamp_table.h"
#include "stream_file.h"

namespace {

using rtspcore::Ref;

struct Stream {
    const char *name;
    std::chrono::nanoseconds frame_duration;
    std::string encoder;
    std::string payloader;
    bool frames_end_with_marker;
};

// One slice per picture, as the encoders of boards deliver it, behind the access unit delimiter that x264enc writes
// unless told otherwise: a packet of its own in front of each frame. SMPTE bars contain a field of noise, so the rate
// is really used up.
std::string video(int key_interval) {
    return "videotestsrc num-buffers=300 pattern=smpte ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1 "
           "! x264enc threads=1 bframes=0 speed-preset=veryfast bitrate=4000 vbv-buf-capacity=600 "
           "key-int-max=" +
           std::to_string(key_interval) +
           " option-string=scenecut=0 ! video/x-h264,profile=main,stream-format=byte-stream,alignment=au";
}

std::vector<Stream> streams() {
    const std::string h264 = "rtph264pay pt=96 mtu=1400 config-interval=-1 seqnum-offset=0 timestamp-offset=0 ssrc=1";
    const std::chrono::nanoseconds video_frame{33333333};
    return {{"video-1s", video_frame, video(30), h264, true},
            {"video-10s", video_frame, video(300), h264, true},
            {"audio", std::chrono::milliseconds(20),
             "audiotestsrc wave=white-noise num-buffers=500 samplesperbuffer=160 ! audio/x-raw,rate=8000,channels=1 ! "
             "mulawenc",
             "rtppcmupay mtu=1400 seqnum-offset=0 timestamp-offset=0 ssrc=1", false}};
}

// Runs the pipeline text to its end; its appsinks keep all they are given.
class FinitePipeline {
public:
    explicit FinitePipeline(const std::string &description) {
        GError *error = nullptr;
        pipeline_ = Ref<GstElement>::sink(gst_parse_launch(description.c_str(), &error));
        if (error)
            g_printerr("%s: %s\n", description.c_str(), error->message);
        g_clear_error(&error);
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    }
    ~FinitePipeline() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

    // Hands each buffer of the appsink to `take`; blocks until its end.
    template <typename Take>
    void drain(const char *appsink, Take take) {
        auto sink = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), appsink));
        while (auto sample = Ref<GstSample>::adopt(gst_app_sink_pull_sample(GST_APP_SINK(sink.get())))) {
            GstMapInfo map;
            GstBuffer *buffer = gst_sample_get_buffer(sample.get());
            gst_buffer_map(buffer, &map, GST_MAP_READ);
            take(sample.get(), std::span<const uint8_t>(map.data, map.size));
            gst_buffer_unmap(buffer, &map);
        }
    }

private:
    Ref<GstElement> pipeline_;
};

bool write_units(FinitePipeline &pipeline, const Stream &stream, const std::string &base) {
    std::optional<bench::StreamFileWriter> file;
    std::vector<bench::StampTable::Key> keys;
    pipeline.drain("units", [&](GstSample *sample, std::span<const uint8_t> unit) {
        if (!file) {
            gchar *caps = gst_caps_to_string(gst_sample_get_caps(sample));
            file.emplace(base + ".units", caps, stream.frame_duration);
            g_free(caps);
        }
        file->append(unit, !GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample), GST_BUFFER_FLAG_DELTA_UNIT));
        keys.push_back(bench::StampTable::key_of(unit));
    });
    return file && file->finish() && bench::StampTable::create(base + ".stamps", keys);
}

bool write_packets(FinitePipeline &pipeline, const Stream &stream, const std::string &base) {
    bench::StreamFileWriter file(base + ".packets", "application/x-rtp", stream.frame_duration);
    std::vector<uint8_t> frame;
    pipeline.drain("packets", [&](GstSample *, std::span<const uint8_t> packet) {
        const uint8_t interleaved[] = {'$', 0, static_cast<uint8_t>(packet.size() >> 8),
                                       static_cast<uint8_t>(packet.size())};
        frame.insert(frame.end(), std::begin(interleaved), std::end(interleaved));
        frame.insert(frame.end(), packet.begin(), packet.end());
        if (!stream.frames_end_with_marker || (packet[1] & 0x80) != 0) {
            file.append(frame, true);
            frame.clear();
        }
    });
    return file.finish();
}

}  // namespace

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    if (argc != 2) {
        g_printerr("usage: make_streams FOLDER\n");
        return 2;
    }
    for (const Stream &stream : streams()) {
        const std::string base = std::string(argv[1]) + "/" + stream.name;
        FinitePipeline pipeline(stream.encoder + " ! tee name=t ! appsink name=units sync=false async=false t. ! " +
                                stream.payloader + " ! appsink name=packets sync=false async=false");
        if (!write_units(pipeline, stream, base) || !write_packets(pipeline, stream, base)) {
            g_printerr("%s could not be made\n", base.c_str());
            return 1;
        }
    }
    return 0;
}
