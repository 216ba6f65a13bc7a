// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/mount_keys.h"

#include <algorithm>

namespace rtspcore::media {

namespace {

// Below that a rate cannot be told.
constexpr std::chrono::milliseconds kShort{500};

rtp::ExtendedSequence margin_of(const SequenceWindow &window) {
    if (window.length < kShort)
        return MountKeys::kUnknownMargin;
    const auto seconds = std::chrono::duration<double>(window.length).count();
    const auto rate = static_cast<double>(window.newest - window.oldest) / seconds;
    return static_cast<rtp::ExtendedSequence>(rate * static_cast<double>(MountKeys::kPatience.count())) + 1;
}

bool is_within_a_cycle(const SequenceWindow &window) {
    return window.oldest >> 16 == (window.newest + margin_of(window)) >> 16;
}

bool are_within_a_cycle(const std::vector<SequenceWindow> &windows) {
    return std::ranges::all_of(windows, is_within_a_cycle);
}

// Whether the counter is 0 for all of them, which binds keys that are not bound yet.
bool begin_at_zero(Protection &protection, const std::vector<SequenceWindow> &windows) {
    return std::ranges::all_of(windows, [&protection](const SequenceWindow &window) {
        return protection.track(window.track).rollovers(window.ssrc, window.newest) == 0;
    });
}

}  // namespace

std::vector<SequenceWindow> sequence_windows(const Ring &ring) {
    std::map<uint8_t, SequenceWindow> windows;
    std::map<uint8_t, Time> begins;
    for (RingIndex index = ring.begin(); index < ring.end(); ++index) {
        const PacketBatch &batch = *ring.at(index);
        const auto &properties = batch.properties();
        if (batch.is_rtcp())
            continue;
        SequenceWindow &window = windows[properties.track];
        if (window.ssrc != properties.ssrc || window.newest == 0) {
            window = {properties.track, properties.ssrc, properties.first_sequence, 0, {}};
            begins[properties.track] = properties.made;
        }
        const auto last = properties.first_sequence + batch.extents().size() - 1;
        window.oldest = std::min(window.oldest, properties.first_sequence);
        window.newest = std::max(window.newest, last);
        window.length = properties.made - begins[properties.track];
    }
    std::vector<SequenceWindow> found;
    for (const auto &[track, window] : windows)
        found.push_back(window);
    return found;
}

KeyOffer MountKeys::offer(const std::vector<SequenceWindow> &windows, Time now, Duration lifetime) {
    auto fresh = std::make_shared<Protection>();
    if (!are_within_a_cycle(windows))
        return {fresh, {}};
    auto state = state_.lock();
    const bool is_usable = state->current && now - state->made < lifetime && !state->current->is_spent() &&
                           begin_at_zero(*state->current, windows);
    if (is_usable)
        return {state->current, {}};
    begin_at_zero(*fresh, windows);
    std::swap(state->current, fresh);  // the old one is let go without the lock
    state->made = now;
    return {state->current, {}};
}

std::optional<KeyOffer> MountKeys::offer_of_group(const std::vector<SequenceWindow> &windows) {
    const auto group = state_.lock()->group;
    if (!group || group->is_spent() || !are_within_a_cycle(windows))
        return std::nullopt;
    KeyOffer offer{group, {}};
    for (const SequenceWindow &window : windows) {
        const int64_t rollovers = group->track(window.track).rollovers(window.ssrc, window.newest);
        if (rollovers < 0)
            return std::nullopt;
        offer.rollovers[window.track] = static_cast<uint32_t>(rollovers);
    }
    return offer;
}

bool MountKeys::may_join_group(const std::shared_ptr<Protection> &protection) {
    auto state = state_.lock();
    return state->members == 0 || state->group == protection;
}

bool MountKeys::join_group(const std::shared_ptr<Protection> &protection) {
    auto state = state_.lock();
    if (state->members > 0 && state->group != protection)
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
