// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/protection.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace rtspcore::media {

namespace {

// Half of the numbers, less a margin for the packets of one batch.
constexpr rtp::ExtendedSequence kReach = 0x7000;
// A track changes its SSRC now and then; one that does it all the time gets new keys.
constexpr size_t kMostSsrcs = 16;

bool is_of(const std::weak_ptr<const PacketBatch> &known, const SharedBatch &batch) {
    return !known.owner_before(batch) && !batch.owner_before(known);
}

bool is_within_reach(rtp::ExtendedSequence a, rtp::ExtendedSequence b) {
    return a < b + kReach && b < a + kReach;
}

}  // namespace

bool can_be_followed(const RunPosition &from, const RunPosition &to) {
    return from.run == to.run && is_within_reach(from.sequence, to.sequence);
}

SharedBatch TrackProtection::protect(const SharedBatch &batch) {
    std::vector<SharedBatch> forgotten;  // destroyed after the lock is given back
    auto state = state_.lock();
    const auto known = std::find_if(state->encrypted.rbegin(), state->encrypted.rend(),
                                    [&batch](const Encrypted &each) { return is_of(each.of, batch); });
    if (known != state->encrypted.rend())
        return known->batch;
    const Verdict verdict = judge(*state, *batch);
    if (verdict == Verdict::Spent)
        spent_.store(true, std::memory_order_relaxed);
    if (verdict != Verdict::Send)
        return nullptr;
    auto encrypted = encrypt(*state, *batch);
    if (encrypted)
        keep(*state, {batch, encrypted}, forgotten);
    return encrypted;
}

// Those whose batch nobody holds any more go.
void TrackProtection::keep(State &state, Encrypted encrypted, std::vector<SharedBatch> &forgotten) {
    std::erase_if(state.encrypted, [&forgotten](Encrypted &old) {
        if (!old.of.expired())
            return false;
        forgotten.push_back(std::move(old.batch));
        return true;
    });
    if (state.encrypted.size() == kMostKept) {
        forgotten.push_back(std::move(state.encrypted.front().batch));
        state.encrypted.erase(state.encrypted.begin());
    }
    state.encrypted.push_back(std::move(encrypted));
}

std::optional<uint32_t> TrackProtection::rollovers(const RunPosition &packet, rtp::Ssrc ssrc) {
    if (is_spent())
        return std::nullopt;
    auto state = state_.lock();
    const auto &binding = state->binding;
    if (!binding || packet.run > binding->run) {
        const bool is_used = std::ranges::find(state->ssrcs, ssrc) != state->ssrcs.end();
        return is_used ? std::nullopt : std::optional<uint32_t>(0);
    }
    const bool is_sent = packet.run == binding->run && packet.sequence >> 16 >= binding->cycle &&
                         is_within_reach(packet.sequence, binding->newest);
    return is_sent ? std::optional(static_cast<uint32_t>((packet.sequence >> 16) - binding->cycle)) : std::nullopt;
}

// Also takes down that it is sent. Reports have keys and numbers of their own (RFC 3711 sections 3.4 and 4.3), so that
// a goodbye can be said with a key that is spent.
TrackProtection::Verdict TrackProtection::judge(State &state, const PacketBatch &batch) const {
    if (batch.is_rtcp())
        return Verdict::Send;
    if (is_spent())
        return Verdict::Spent;
    const auto &properties = batch.properties();
    auto &binding = state.binding;
    if (!binding || properties.run > binding->run) {
        const bool is_used = std::ranges::find(state.ssrcs, properties.ssrc) != state.ssrcs.end();
        if (is_used || state.ssrcs.size() == kMostSsrcs)
            return Verdict::Spent;
        state.ssrcs.push_back(properties.ssrc);
        binding = Binding{properties.run, properties.first_sequence >> 16, properties.first_sequence};
    }
    const bool is_of_an_earlier_run = properties.run < binding->run;
    const bool is_before_the_first_cycle = properties.first_sequence >> 16 < binding->cycle;
    if (is_of_an_earlier_run || is_before_the_first_cycle)
        return Verdict::Refuse;
    if (!is_within_reach(properties.first_sequence, binding->newest))
        return properties.first_sequence > binding->newest ? Verdict::Spent : Verdict::Refuse;
    binding->newest = std::max(binding->newest, properties.first_sequence + batch.extents().size() - 1);
    return Verdict::Send;
}

SharedBatch TrackProtection::encrypt(State &state, const PacketBatch &batch) {
    constexpr size_t kHeader = PacketBatch::kInterleavedHeaderSize;
    std::vector<uint8_t> bytes;
    std::vector<PacketBatch::Extent> extents;
    extents.reserve(batch.extents().size());
    for (const auto &extent : batch.extents()) {
        const auto plain = batch.packet(extent);
        const auto packet = batch.is_rtcp() ? state.sender.protect_rtcp(plain) : state.sender.protect_rtp(plain);
        if (packet.empty() || packet.size() > UINT16_MAX)
            return nullptr;
        const size_t begin = bytes.size();
        const uint8_t channel = batch.slab()[extent.offset - kHeader + 1];
        const auto size = static_cast<uint16_t>(packet.size());
        bytes.resize(begin + kHeader);
        rtp::write_interleaved_header(bytes.data() + begin, channel, size);
        bytes.insert(bytes.end(), packet.begin(), packet.end());
        extents.push_back({static_cast<uint32_t>(begin + kHeader), size});
    }
    auto slab = std::make_unique_for_overwrite<uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), slab.get());
    return std::make_shared<const PacketBatch>(batch.properties(), std::move(extents), std::move(slab), bytes.size());
}

TrackProtection &Protection::track(uint8_t index) {
    auto tracks = tracks_.lock();
    auto &place = (*tracks)[index];
    if (!place)
        place = std::make_unique<TrackProtection>();
    return *place;
}

bool Protection::is_spent() {
    auto tracks = tracks_.lock();
    return std::ranges::any_of(*tracks, [](const auto &entry) { return entry.second->is_spent(); });
}

}  // namespace rtspcore::media
