// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/outgoing_rate.h"

#include <utility>

namespace rtspcore::server {

void OutgoingRate::sample(const std::vector<std::shared_ptr<media::Mount>> &mounts, Time now) {
    // Half of the last value and half of the new one: key frames make single seconds differ.
    constexpr double kWeight = 0.5;
    auto content = content_.lock();
    if (now <= content->sampled)
        return;
    const double seconds = std::chrono::duration<double>(now - std::exchange(content->sampled, now)).count();
    std::map<uint64_t, Measured> measured;
    for (const auto &mount : mounts) {
        const uint64_t bytes = mount->statistics().bytes_published.load(std::memory_order_relaxed);
        const auto before = content->mounts.find(mount->id());
        Measured &entry = measured[mount->id()] = {mount, bytes, 0};
        if (before == content->mounts.end())
            continue;
        const double rate = 8.0 * static_cast<double>(bytes - before->second.bytes) / seconds;
        const double last = before->second.bit_rate;
        entry.bit_rate = last > 0 ? last + kWeight * (rate - last) : rate;
    }
    // The last reference to a mount may be one of the old entries: they go when the lock has gone.
    std::swap(content->mounts, measured);
    content.unlock();
}

bool OutgoingRate::has_room(media::Mount &mount, media::ViewerCopy copy, uint64_t limit) {
    const bool costs_nothing =
        copy == media::ViewerCopy::OfGroup && mount.statistics().group_members.load(std::memory_order_relaxed) > 0;
    if (limit == 0 || costs_nothing)
        return true;
    auto content = content_.lock();
    double sum = 0;
    for (const auto &[id, measured] : content->mounts) {
        const uint64_t copies = measured.mount->statistics().copies() + (id == mount.id() ? 1 : 0);
        sum += measured.bit_rate * static_cast<double>(copies);
    }
    return sum <= static_cast<double>(limit);
}

}  // namespace rtspcore::server
