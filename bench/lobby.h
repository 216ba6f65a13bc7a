// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/guarded.h"
#include "base/unique_fd.h"
#include "frame_sender.h"

namespace bench {

// Where receivers of the bare sender wait for the next frame. They are accepted on a thread of its own, which sleeps
// while nobody comes, so that waiting for them costs the sender nothing. Safe.
class Lobby {
public:
    Lobby(uint16_t port, bool over_udp);

    // False: the port is taken.
    [[nodiscard]] bool listens() const { return listens_; }
    // Accepts for ever.
    [[noreturn]] void run();
    // Moves those who came since the last call to `receivers`.
    void leave_to(std::vector<Receiver> &receivers);

private:
    void admit(rtspcore::UniqueFd connection);

    const rtspcore::UniqueFd listener_;
    const bool over_udp_;
    bool listens_ = false;
    rtspcore::Guarded<std::vector<Receiver>> waiting_;
    std::atomic<bool> occupied_{false};
};

}  // namespace bench
