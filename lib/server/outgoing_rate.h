// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "media/mount.h"

namespace rtspcore::server {

// What all viewers together are sent, from how fast each mount's media comes and how many copies of it leave, so that a
// viewer counts from its PLAY on, not from the next measurement. A multicast group is one copy. Safe.
class OutgoingRate {
public:
    // Measures what has been published since the last time; about once a second, by one thread. A `now` that is not
    // later than that measures nothing.
    void sample(const std::vector<std::shared_ptr<media::Mount>> &mounts, Time now);
    // Whether a viewer more that is sent such a copy of `mount` fits under `limit` bits a second (0: any). A mount that
    // was not measured yet counts for nothing; who joins a group that is sent already always fits.
    [[nodiscard]] bool has_room(media::Mount &mount, media::ViewerCopy copy, uint64_t limit);

private:
    struct Measured {
        std::shared_ptr<media::Mount> mount;
        uint64_t bytes = 0;
        double bit_rate = 0;
    };
    struct Content {
        std::map<uint64_t, Measured> mounts;  // by Mount::id()
        Time sampled{};
    };
    Guarded<Content> content_;
};

}  // namespace rtspcore::server
