// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/protection.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace rtspcore::media {

namespace {

bool is_of(const std::weak_ptr<const PacketBatch> &known, const SharedBatch &batch) {
    return !known.owner_before(batch) && !batch.owner_before(known);
}

}  // namespace

SharedBatch TrackProtection::protect(const SharedBatch &batch) {
    std::vector<SharedBatch> forgotten;  // destroyed after the lock is given back
    auto state = state_.lock();
    const auto known = std::find_if(state->encrypted.rbegin(), state->encrypted.rend(),
                                    [&batch](const Encrypted &each) { return is_of(each.of, batch); });
    if (known != state->encrypted.rend())
        return known->batch;
    const bool refused = is_spent() || (!batch->is_rtcp() && begins_anew(*state, *batch));
    auto encrypted = refused ? nullptr : encrypt(*state, *batch);
    if (!encrypted) {
        spent_.store(true, std::memory_order_relaxed);
        return nullptr;
    }
    std::erase_if(state->encrypted, [&forgotten](Encrypted &old) {
        if (!old.of.expired())
            return false;
        forgotten.push_back(std::move(old.batch));
        return true;
    });
    state->encrypted.push_back({batch, encrypted});
    return encrypted;
}

int64_t TrackProtection::rollovers(rtp::Ssrc ssrc, rtp::ExtendedSequence sequence, uint32_t at_first) {
    auto state = state_.lock();
    return static_cast<int64_t>(sequence >> 16) - bind(*state, ssrc, sequence, at_first).cycles;
}

// Another SSRC has another key stream, and a counter of its own.
TrackProtection::Binding &TrackProtection::bind(State &state, rtp::Ssrc ssrc, rtp::ExtendedSequence sequence,
                                                uint32_t at_first) {
    if (!state.binding || state.binding->ssrc != ssrc)
        state.binding = Binding{ssrc, static_cast<int64_t>(sequence >> 16) - at_first, 0, 0};
    return *state.binding;
}

bool TrackProtection::begins_anew(State &state, const PacketBatch &batch) {
    const auto &properties = batch.properties();
    Binding &binding = bind(state, properties.ssrc, properties.first_sequence, 0);
    if (properties.packets_before < binding.newest)
        return false;  // an older one, for somebody who joins
    if (properties.packets_before > binding.newest && properties.first_sequence + kMaxMisorder < binding.end)
        return true;
    binding.newest = properties.packets_before;
    binding.end = std::max(binding.end, properties.first_sequence + batch.extents().size());
    return false;
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
