// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/mount_keys.h"

#include <algorithm>

namespace rtspcore::media {

namespace {

// Below that a rate cannot be told.
constexpr std::chrono::milliseconds kShort{500};

rtp::ExtendedSequence margin_of(const SequenceWindow &window) {
    if (window.rate == 0)
        return MountKeys::kUnknownMargin;
    return static_cast<rtp::ExtendedSequence>(window.rate * static_cast<double>(MountKeys::kPatience.count())) + 1;
}

bool is_within_a_cycle(const SequenceWindow &window) {
    return window.oldest >> 16 == (window.newest + margin_of(window)) >> 16;
}

bool are_within_a_cycle(const std::vector<SequenceWindow> &windows) {
    return std::ranges::all_of(windows, is_within_a_cycle);
}

std::optional<uint32_t> rollovers(Protection &protection, const SequenceWindow &window) {
    return protection.track(window.track).rollovers({window.run, window.newest}, window.ssrc);
}

bool begin_at_zero(Protection &protection, const std::vector<SequenceWindow> &windows) {
    return std::ranges::all_of(windows, [&](const SequenceWindow &each) { return rollovers(protection, each) == 0u; });
}

double rate_of(const PacketBatch &first, const PacketBatch &last) {
    const Duration length = last.properties().made - first.properties().made;
    const bool is_counted_on = last.properties().packets_before > first.properties().packets_before;
    if (length < kShort || !is_counted_on)
        return 0;
    return static_cast<double>(last.properties().packets_before - first.properties().packets_before) /
           std::chrono::duration<double>(length).count();
}

const PacketBatch &oldest_of(const Ring &ring, uint8_t track) {
    RingIndex index = ring.begin();
    while (ring.at(index)->is_rtcp() || ring.at(index)->track() != track)
        ++index;
    return *ring.at(index);
}

std::optional<SequenceWindow> window_of(const Ring &ring, uint8_t track) {
    const auto newest = ring.newest(track);
    if (!newest)
        return std::nullopt;
    const PacketBatch &last = *ring.at(*newest);
    const auto &properties = last.properties();
    SequenceWindow window{track, properties.ssrc, properties.run, properties.first_sequence, 0, 0};
    for (RingIndex index = ring.last_entry_point(track).value_or(*newest); index <= *newest; ++index) {
        const PacketBatch &batch = *ring.at(index);
        if (batch.is_rtcp() || batch.track() != track || batch.properties().run != window.run)
            continue;
        window.oldest = std::min(window.oldest, batch.properties().first_sequence);
        window.newest = std::max(window.newest, batch.properties().first_sequence + batch.extents().size() - 1);
    }
    window.rate = rate_of(oldest_of(ring, track), last);
    return window;
}

}  // namespace

std::vector<SequenceWindow> sequence_windows(const Ring &ring, const std::vector<uint8_t> &tracks) {
    std::vector<SequenceWindow> windows;
    for (const uint8_t track : tracks)
        if (const auto window = window_of(ring, track))
            windows.push_back(*window);
    return windows;
}

uint32_t KeyOffer::rollovers_of(uint8_t track) const {
    const auto found = rollovers.find(track);
    return found != rollovers.end() ? found->second : 0;
}

bool KeyOffer::fits(uint8_t track, const RunPosition &packet, rtp::Ssrc ssrc) const {
    const auto counter = protection->track(track).rollovers(packet, ssrc);
    const auto position = heard.find(track);
    if (position != heard.end() && position->second.run == packet.run)
        return counter.has_value() && can_be_followed(position->second, packet);
    return counter == rollovers_of(track);
}

KeyOffer MountKeys::offer(const std::vector<SequenceWindow> &windows, Time now, Duration lifetime) {
    auto fresh = std::make_shared<Protection>();
    if (!are_within_a_cycle(windows))
        return {fresh};
    auto state = state_.lock();
    const bool is_usable = state->current && now - state->made < lifetime && !state->current->is_spent() &&
                           begin_at_zero(*state->current, windows);
    if (is_usable)
        return {state->current};
    std::swap(state->current, fresh);  // the old one is let go without the lock
    state->made = now;
    return {state->current};
}

std::optional<KeyOffer> MountKeys::offer_of_group(const std::vector<SequenceWindow> &windows) {
    const auto group = state_.lock()->group;
    if (!group || group->is_spent() || !are_within_a_cycle(windows))
        return std::nullopt;
    KeyOffer offer{group};
    for (const SequenceWindow &window : windows) {
        const auto counter = rollovers(*group, window);
        if (!counter)
            return std::nullopt;
        offer.rollovers[window.track] = *counter;
    }
    return offer;
}

bool MountKeys::may_join_group(const std::shared_ptr<Protection> &protection) {
    return state_.lock()->admits(protection);
}

bool MountKeys::join_group(const std::shared_ptr<Protection> &protection) {
    auto state = state_.lock();
    if (!state->admits(protection))
        return false;
    state->group = protection;
    ++state->members;
    return true;
}

void MountKeys::leave_group() {
    std::shared_ptr<Protection> last;
    auto state = state_.lock();
    if (--state->members == 0)
        std::swap(last, state->group);
}

}  // namespace rtspcore::media
