// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/event_loop.h"
#include "media/cursor.h"
#include "media/mount.h"
#include "net/udp_ports.h"
#include "server/session.h"

namespace rtspcore::server {

class MountMirror;

// The playing side of a session: a position in the mirror of its mount, and the way out. Confined to its I/O thread.
// It is among its mirror's viewers as long as it exists, and its mirror exists as long as it does.
class Viewer {
public:
    Viewer(Session &session, MountMirror &mirror);
    // With a policy other than the mount's for who falls behind. It is borrowed.
    Viewer(Session &session, MountMirror &mirror, const media::MountConfig &config);
    virtual ~Viewer();
    Viewer(const Viewer &) = delete;
    Viewer &operator=(const Viewer &) = delete;

    // Sends what there is, as far as the way out takes it. Never blocks.
    virtual void send(Time now) = 0;
    // RTCP BYE for every stream (RFC 3550 section 6.6), as far as the way out takes it.
    virtual void say_goodbye(Time now) = 0;

    // The track has nothing to send: a report goes out by itself, as far as the way out takes it, if the viewer has the
    // track.
    void report_silence(const media::Track &track, const media::SharedBatch &report, Time now);

    // A viewer that waits is sent nothing until release(): its PLAY is not answered yet.
    [[nodiscard]] bool is_held() const { return held_; }
    void hold() { held_ = true; }
    void release() { held_ = false; }

    // Whether there is a unit to send: what RTP-Info speaks of. Reports come also while a key unit is waited for.
    [[nodiscard]] bool has_unit() const;

    // Asks for a key unit of each stream that cannot go on, or begin, without one that is still to come.
    void request_missing_key_units(Time now);

    [[nodiscard]] media::Cursor &cursor() { return cursor_; }
    [[nodiscard]] Session &session() { return session_; }
    [[nodiscard]] const Session &session() const { return session_; }
    [[nodiscard]] MountMirror &mirror() { return mirror_; }
    [[nodiscard]] const MountMirror &mirror() const { return mirror_; }
    // Who takes nothing any more is asked for nothing, and would never be found too slow; where that ends a session it
    // is looked at now and then.
    void look_behind(Time now);
    // Why it cannot go on; null as long as it can. Whoever notices ends the session.
    [[nodiscard]] const char *why_over() const;

protected:
    virtual void send_rtcp(media::SharedBatch rtcp, Time now) = 0;
    // The next batch for the viewer, on its way out and counted; null when it has all there is, is held, or waits for a
    // key unit (which upstream is then asked for).
    media::SharedBatch take(Time now);
    // Whether a sender report has to go ahead of this batch: the first of its track (RFC 3550 section 6.4.1: the
    // mapping is known from the first packet on).
    [[nodiscard]] bool needs_report(const media::PacketBatch &batch);
    [[nodiscard]] media::SharedBatch report_for(const media::PacketBatch &batch, Time now) const;
    [[nodiscard]] media::SharedBatch goodbye_for(unsigned track, Time now) const;
    // As it goes out: encrypted where the session has keys. Null when they are spent.
    media::SharedBatch sealed(media::SharedBatch batch);

private:
    void note_changes(Time now);
    bool note_heard(media::KeyOffer &keys, const media::PacketBatch &batch);

    Session &session_;
    MountMirror &mirror_;
    media::Cursor cursor_;
    uint64_t reported_ = 0;  // a bit per track that has had its first sender report
    uint64_t counted_drops_ = 0;
    uint64_t counted_skips_ = 0;
    bool held_ = false;
    bool keys_are_spent_ = false;
};

// Media inside the RTSP connection.
class TcpViewer : public Viewer {
public:
    TcpViewer(Session &session, MountMirror &mirror);
    ~TcpViewer() override;
    void send(Time now) override;
    void say_goodbye(Time now) override;
    // Called by the connection when it can take a batch. Gives the batch and, through `channel`, its label if it is not
    // the usual one.
    media::SharedBatch next(Time now, std::optional<uint8_t> &channel);

private:
    void send_rtcp(media::SharedBatch rtcp, Time now) override;
    void queue(media::SharedBatch rtcp);
    [[nodiscard]] std::optional<uint8_t> channel_of(const media::PacketBatch &batch) const;
};

// Media in datagrams, paced, so that a join burst does not overflow the receiver's socket buffer.
class DatagramViewer : public Viewer {
public:
    // What the pace is: about 90 Mbit/s, less than a default receive buffer (208 KiB, of which headers take half) at
    // once.
    static constexpr size_t kPaceBytes = 48 * 1024;
    static constexpr std::chrono::milliseconds kPaceInterval{4};

    // Sends by `ports`. All are borrowed.
    struct Way {
        net::UdpPorts &ports;
        EventLoop &loop;
    };
    DatagramViewer(Session &session, MountMirror &mirror, const media::MountConfig &config, Way way);
    ~DatagramViewer() override;

    void send(Time now) override;
    void say_goodbye(Time now) override;

protected:
    // After the report that it needs.
    void send_one(media::SharedBatch batch);
    [[nodiscard]] net::Destination destination_of(const media::PacketBatch &batch) const;
    [[nodiscard]] bool is_pausing() const { return pace_timer_ != 0; }

private:
    void send_rtcp(media::SharedBatch rtcp, Time now) override;
    void send_now(media::SharedBatch batch);

    net::UdpPorts &ports_;
    EventLoop &loop_;
    EventLoop::TimerId pace_timer_ = 0;
};

// Datagrams of one viewer. Viewers that have all there is are sent the next batch together, by their mirror.
class UdpViewer : public DatagramViewer {
public:
    UdpViewer(Session &session, MountMirror &mirror, net::UdpPorts &ports, EventLoop &loop);
    ~UdpViewer() override;

    // Sends what the group was not sent together with this viewer, if there is anything.
    void catch_up(Time now);
    // For the mirror: whether `batch` is what this viewer is sent next. If so it counts as sent, `destination` says
    // where to, and `form` what it is for this viewer: the batch, or the same encrypted.
    bool joins_group(const media::SharedBatch &batch, Time now, net::Destination &destination,
                     media::SharedBatch &form);
};

}  // namespace rtspcore::server
