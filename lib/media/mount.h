// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "base/ref.h"
#include "base/result.h"
#include "media/mount_keys.h"
#include "media/packet_batch.h"
#include "media/ring.h"
#include "rtp/parameter_sets.h"
#include "rtp/rtcp.h"
#include "rtp/session_description.h"

namespace rtspcore::media {

class Mailbox;
class Mount;

// How a viewer begins (design: Join). `Auto` bursts from the last key frame, or asks the encoder when that burst would
// be long.
enum class StartMode : uint8_t { Auto, Burst, KeyFrame, Now };

// What happens to a viewer that cannot follow. `Skip`: what nothing depends on is dropped, then it goes on at the next
// key frame. `Disconnect`: it is closed. `Lossless`: nothing is dropped while the ring holds it; then as Skip.
enum class SlowViewerPolicy : uint8_t { Skip, Disconnect, Lossless };

struct MountConfig {
    StartMode start_mode = StartMode::Auto;
    std::chrono::milliseconds burst_max{2000};
    SlowViewerPolicy slow_viewers = SlowViewerPolicy::Skip;
    std::chrono::milliseconds max_lag{1000};  // a viewer further behind the live edge skips
    size_t max_lag_bytes = 8 * 1024 * 1024;
    // How long PLAY waits for the first unit when there is nothing else to begin with...
    std::chrono::milliseconds first_unit_wait{500};
    // ...and when the viewer could begin with a long burst instead: an encoder that was asked for a key frame makes it
    // within two frames; what takes longer is no better than the burst.
    std::chrono::milliseconds key_unit_wait{80};
    RingLimits ring;
};

struct TrackConfig {
    Ref<GstCaps> caps;  // application/x-rtp, fixed: media, encoding-name, clock-rate, payload; ssrc if known
    bool has_key_frames = false;
    // Asks upstream for a key frame. Called from any thread, never under a lock, must not block, may be called after
    // the track was removed. Returns false when upstream has nobody who answers.
    std::function<bool()> request_key_unit;
    // The group and port that its RTP goes to by multicast; without an address whatever the server's pool has, port 0
    // the pool's lowest.
    struct FixedGroup {
        std::string address;
        uint16_t port = 0;
    };
    FixedGroup group;
    // Told how many watch the mount: when the track is added, and whenever a viewer has come or left. Called from any
    // thread, must not block nor call back, may be called after the track was removed. Of two calls the one with the
    // higher number is newer, whatever order and mounts they come from.
    std::function<void(unsigned viewers, uint64_t number)> watched;
    unsigned order = 0;  // the streams of a description stand in this order; by index where it is equal
};

// One RTP stream of a mount. Safe; publish() and end() are called by one streaming thread at a time. It may outlive its
// mount, and does nothing then.
class Track {
public:
    Track(std::weak_ptr<Mount> mount, uint8_t index, TrackConfig config);

    [[nodiscard]] uint8_t index() const { return index_; }
    // Of its mount; empty when that is gone.
    [[nodiscard]] std::string path() const;
    [[nodiscard]] const TrackConfig &config() const { return config_; }
    [[nodiscard]] uint32_t clock_rate() const { return clock_rate_; }
    // What the SDP tells: those of the config or, later, of Mount::update_caps(), completed.
    [[nodiscard]] Ref<GstCaps> caps();
    // What the stream tells of itself, and its caps do not: parameter sets of RTP from elsewhere.
    void complete_caps(rtp::FormatParameters parameters);

    // Appends to the mount's ring and hands it to the I/O threads that have a viewer: O(I/O threads), never blocks on a
    // viewer. Inserts sender reports before the batch when one is due, of all tracks of the mount that run: a receiver
    // that got them one by one, with media between, would bring the streams out of step for so long.
    void publish(const SharedBatch &batch);
    // No more packets for now (EOS): viewers get BYE once, in order, after the last packet. publish() afterwards starts
    // it again.
    void end();
    // What ended it; null unless it has, and has not begun again.
    [[nodiscard]] SharedBatch goodbye();

    // The newest batch; null before the first one, and after the end.
    [[nodiscard]] SharedBatch latest();

    // Asks upstream for a key frame, at most one request per `kKeyUnitInterval` for all viewers together. False:
    // upstream does not answer.
    bool request_key_unit(Time now);

    // Whether upstream is known, or still believed, to answer such requests.
    [[nodiscard]] bool answers_key_requests() const { return answers_key_requests_.load(std::memory_order_relaxed); }
    void note_unanswered_key_request() { answers_key_requests_.store(false, std::memory_order_relaxed); }

    static constexpr std::chrono::milliseconds kKeyUnitInterval{250};
    // A key unit within that time after a request is taken for its answer.
    static constexpr std::chrono::milliseconds kAnswerTime{500};
    static constexpr std::chrono::seconds kReportInterval{5};
    // When capture times are off by more than that from what was reported (sound that is 45 ms early is noticed, ITU-R
    // BT.1359-1), as after a pause, there are new reports as soon as the other streams should have come so far.
    static constexpr std::chrono::milliseconds kSameCapture{40};
    static constexpr std::chrono::milliseconds kReportsAfterMove{200};

private:
    friend class Mount;
    // Whether sender reports are due before it.
    bool begin_batch(const SharedBatch &batch);
    void report_all(Mount &mount, Time now);
    // Of the newest batch; null if that is not of late.
    SharedBatch take_report(std::string_view cname, Time now);
    // What ends it; null if nothing is to be ended.
    SharedBatch take_goodbye(std::string_view cname);

    const std::weak_ptr<Mount> mount_;
    const uint8_t index_;
    const TrackConfig config_;
    uint32_t clock_rate_ = 90000;
    struct Description {
        Ref<GstCaps> caps;
        rtp::FormatParameters in_band;
    };
    Guarded<Description> description_;
    struct Progress {
        SharedBatch latest;   // null before the first batch, and after the end
        SharedBatch goodbye;  // null before the end
        Time next_report{};
        rtp::SenderInfo reported;  // last, once there was a first batch
        bool has_moved = false;    // since then
    };
    Guarded<Progress> progress_;
    struct KeyRequests {
        std::optional<Time> asked;
        bool on_its_way = false;
        bool deferred = false;
    };
    bool ask_upstream();
    void follow_key_requests(const PacketBatch &batch);
    Guarded<KeyRequests> key_requests_;
    std::atomic<bool> answers_key_requests_{true};
};

// A sender report (RFC 3550 section 6.4.1) that tells how `batch` stands to the wall clock, for those about to get it.
SharedBatch make_sender_report(const PacketBatch &batch, std::string_view cname, Time now);

// What says in its place that the sender is still there, when `last` was a while ago (section 6.4): it tells no time,
// so it stays true if the pipeline goes on with another one.
SharedBatch make_silent_report(const PacketBatch &last, std::string_view cname, Time now);

// A sender report with a BYE for the track's SSRC (section 6.6).
SharedBatch make_goodbye(const PacketBatch &last, std::string_view cname, Time now);

// What a viewer is sent: a copy of its own, or the one that all members of its mount's multicast group share.
enum class ViewerCopy : uint8_t { Own, OfGroup };

// Counters of a mount, for anybody to read at any time.
struct MountStatistics {
    std::atomic<uint64_t> viewers{0};
    std::atomic<uint64_t> group_members{0};  // those of the viewers that share a copy
    std::atomic<uint64_t> bytes_published{0};
    std::atomic<uint64_t> packets_sent{0};
    std::atomic<uint64_t> bytes_sent{0};
    std::atomic<uint64_t> units_dropped{0};  // left out for slow viewers because nothing depended on them
    std::atomic<uint64_t> skips{0};          // jumps of slow viewers to a key frame
    std::atomic<uint64_t> packets_lost{0};   // as receivers reported
    std::atomic<uint64_t> key_unit_requests{0};

    // How many times what is published leaves.
    [[nodiscard]] uint64_t copies() const {
        const uint64_t all = viewers.load(std::memory_order_relaxed);
        const uint64_t members = group_members.load(std::memory_order_relaxed);
        return all - std::min(members, all) + (members > 0 ? 1 : 0);
    }

    // A receiver's cumulative number, which it may have made up: only growth of a believable size counts. `before` is
    // what it said last.
    void count_lost(int32_t reported, int32_t &before) {
        constexpr int32_t kBelievable = 100'000;
        const int64_t grown = int64_t{reported} - before;
        before = reported;
        if (grown > 0 && grown < kBelievable)
            packets_lost.fetch_add(static_cast<uint64_t>(grown), std::memory_order_relaxed);
    }
};

// A presentation: the tracks that share one path, and the memory of what they sent. One Mount is one generation: a
// codec or clock-rate change makes a new Mount for the path. Safe.
class Mount : public std::enable_shared_from_this<Mount> {
public:
    static std::shared_ptr<Mount> create(std::string path, MountConfig config);
    ~Mount();

    [[nodiscard]] const std::string &path() const { return path_; }
    [[nodiscard]] const MountConfig &config() const { return config_; }
    [[nodiscard]] MountStatistics &statistics() { return statistics_; }

    // At most 64 tracks (their indices are interleaved channel numbers); null beyond. Of those that were removed an
    // index is used again once 64 were made and nothing remembers it: nobody holds the track, no batch is in the ring.
    std::shared_ptr<Track> add_track(TrackConfig config);
    // New caps of a track for those who ask from here on, where its viewers can go on: other parameter sets.
    void update_caps(Track &track, Ref<GstCaps> caps);
    // describe() tells something new from now on: its version counts up.
    void count_description();
    // Viewers of the track get BYE, those of the others go on. What the track publishes from here on is ignored.
    void remove_track(const std::shared_ptr<Track> &track);
    [[nodiscard]] std::vector<std::shared_ptr<Track>> tracks();
    [[nodiscard]] std::shared_ptr<Track> track(unsigned index);

    // The SDP for the next DESCRIBE. `groups` and `keys`: of tracks, by index, that the description shall tell a group
    // or keys of.
    [[nodiscard]] std::string describe(bool ipv6, const std::map<unsigned, rtp::GroupDescription> &groups = {},
                                       const std::map<unsigned, rtp::KeyDescription> &keys = {});

    // Of those who get it encrypted.
    [[nodiscard]] MountKeys &keys() { return keys_; }
    [[nodiscard]] std::vector<SequenceWindow> sequence_windows();

    // Tells the subscribers that the mount is over: viewers get BYE and are closed. publish() is ignored from here on.
    // Idempotent.
    void close();
    [[nodiscard]] bool is_closed() const { return closed_.load(std::memory_order_acquire); }

    // One viewer more or less, by whatever transport.
    void add_viewer(ViewerCopy copy = ViewerCopy::Own);
    void remove_viewer(ViewerCopy copy = ViewerCopy::Own);

    // For the I/O threads: what the ring holds, after which everything comes to the mailbox, without gap or repetition.
    RingSnapshot subscribe(std::shared_ptr<Mailbox> mailbox);
    // Deliveries that are in the mailbox already stay there.
    void unsubscribe(const std::shared_ptr<Mailbox> &mailbox);
    // Names the mount in a Delivery; unique in the process, never reused.
    [[nodiscard]] uint64_t id() const { return id_; }
    // The CNAME of its tracks in RTCP (RFC 3550 section 6.5.1).
    [[nodiscard]] const std::string &cname() const { return cname_; }

private:
    friend class Track;
    Mount(std::string path, MountConfig config);
    void append(const SharedBatch &batch);

    struct Content {
        std::vector<std::shared_ptr<Track>> tracks;  // index is the track's; null where one was removed
        std::vector<std::weak_ptr<Track>> made;      // the same, but also those that were removed
        Ring ring;
        std::vector<std::shared_ptr<Mailbox>> subscribers;
        uint64_t version = 0;
        unsigned viewers = 0;
        uint32_t watch_changes = 0;
    };
    struct Watching {
        unsigned viewers;
        uint64_t number;
    };
    Watching count_watching(Content &content) const;
    void tell_watched(const Watching &watching);
    void put(Content &content, const SharedBatch &batch);
    static std::optional<size_t> free_index(const Content &content);

    const std::string path_;
    const MountConfig config_;
    const uint64_t id_;
    const std::string cname_;
    Guarded<Content> content_;
    MountKeys keys_;
    std::atomic<bool> closed_{false};
    MountStatistics statistics_;
};

}  // namespace rtspcore::media
