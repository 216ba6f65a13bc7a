// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/guarded.h"
#include "media/packet_batch.h"
#include "rtp/packet.h"
#include "rtp/sequence.h"
#include "rtp/srtp.h"

namespace rtspcore::media {

// A packet's place in what a track sends.
struct RunPosition {
    uint64_t run = 0;
    rtp::ExtendedSequence sequence = 0;
};

// Whether a receiver that was sent `from` last takes `to` for what it is: for the nearest number (RFC 3711 section
// 3.3.1).
bool can_be_followed(const RunPosition &from, const RunPosition &to);

// One key of one track, and what was encrypted with it: each batch once for all viewers that have the key, whichever
// threads serve them. Safe; a thread that wants a batch which another one is just encrypting waits for it, which takes
// no longer than to do it itself.
//
// One key stream for two contents would reveal both (RFC 3711 section 9.1). A number stands for one packet within a run
// (PacketBatch::Properties::run), so the first run of an SSRC is the only one that a key serves; and it serves only
// numbers whose rollover counter libsrtp, here and at the receivers, is sure to guess as it is.
class TrackProtection {
public:
    TrackProtection() : key_(rtp::SrtpKey::random()), state_(State(key_)) {}

    [[nodiscard]] const rtp::SrtpKey &key() const { return key_; }

    // The same packets in SRTP or SRTCP. Null when they must not be sent with this key, or cannot.
    SharedBatch protect(const SharedBatch &batch);
    // Nothing but reports is sent with the key any more: its track begins anew, or went on without anybody who has it.
    [[nodiscard]] bool is_spent() const { return spent_.load(std::memory_order_relaxed); }

    // The rollover counter (RFC 3711 section 3.3.1) that a packet has with this key, 0 for the first of an SSRC;
    // nothing if it cannot be sent.
    std::optional<uint32_t> rollovers(const RunPosition &packet, rtp::Ssrc ssrc);

    // Encrypted batches that are kept for those who are a little behind; for the others it is done again.
    static constexpr size_t kMostKept = 32;

private:
    struct Encrypted {
        std::weak_ptr<const PacketBatch> of;
        SharedBatch batch;
    };
    struct Binding {
        uint64_t run = 0;
        rtp::ExtendedSequence cycle = 0;   // of the numbers for which the counter is 0
        rtp::ExtendedSequence newest = 0;  // number that was sent
    };
    struct State {
        explicit State(const rtp::SrtpKey &key) : sender(key) {}
        rtp::SrtpSender sender;
        std::optional<Binding> binding;
        std::vector<rtp::Ssrc> ssrcs;      // of this run and of those before
        std::vector<Encrypted> encrypted;  // the newest last
    };
    enum class Verdict : uint8_t { Send, Refuse, Spent };
    Verdict judge(State &state, const PacketBatch &batch) const;
    static void keep(State &state, Encrypted encrypted, std::vector<SharedBatch> &forgotten);
    static SharedBatch encrypt(State &state, const PacketBatch &batch);

    const rtp::SrtpKey key_;
    Guarded<State> state_;
    std::atomic<bool> spent_{false};
};

// The keys of a mount that viewers are told together: one per track. Safe.
class Protection {
public:
    // Made when first asked for; it stays where it is.
    TrackProtection &track(uint8_t index);
    SharedBatch protect(const SharedBatch &batch) { return track(batch->track()).protect(batch); }
    [[nodiscard]] bool is_spent();

private:
    Guarded<std::map<uint8_t, std::unique_ptr<TrackProtection>>> tracks_;
};

}  // namespace rtspcore::media
