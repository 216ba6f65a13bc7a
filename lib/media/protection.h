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

// One key of one track, and what was encrypted with it: each batch once for all viewers that have the key, whichever
// threads serve them. Safe; a thread that wants a batch which another one is just encrypting waits for it, which takes
// no longer than to do it itself.
class TrackProtection {
public:
    TrackProtection() : key_(rtp::SrtpKey::random()), state_(State(key_)) {}

    [[nodiscard]] const rtp::SrtpKey &key() const { return key_; }

    // The same packets in SRTP or SRTCP. Null when they must not be sent with this key any more: from then on nothing
    // is. That is so when the sender of an RTP input begins anew with numbers that it has used before: one key stream
    // for two contents would reveal both.
    SharedBatch protect(const SharedBatch &batch);
    [[nodiscard]] bool is_spent() const { return spent_.load(std::memory_order_relaxed); }

    // The rollover counter (RFC 3711 section 3.3.1) of a packet of that number. Where nothing was sent with the key yet
    // it becomes `at_first`, which binds the key to these numbers.
    int64_t rollovers(rtp::Ssrc ssrc, rtp::ExtendedSequence sequence, uint32_t at_first = 0);

    // How far back in the sender's numbers a packet may be that comes late (RFC 3550 appendix A.1).
    static constexpr rtp::ExtendedSequence kMaxMisorder = 100;

private:
    struct Encrypted {
        std::weak_ptr<const PacketBatch> of;
        SharedBatch batch;
    };
    struct Binding {
        rtp::Ssrc ssrc = 0;
        int64_t cycles = 0;             // of the extended sequence numbers for which the counter is 0
        uint64_t newest = 0;            // PacketBatch::Properties::packets_before of the newest batch
        rtp::ExtendedSequence end = 0;  // behind the highest number that was sent
    };
    struct State {
        explicit State(const rtp::SrtpKey &key) : sender(key) {}
        rtp::SrtpSender sender;
        std::optional<Binding> binding;
        std::vector<Encrypted> encrypted;  // the newest last
    };
    static Binding &bind(State &state, rtp::Ssrc ssrc, rtp::ExtendedSequence sequence, uint32_t at_first);
    static bool begins_anew(State &state, const PacketBatch &batch);
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
