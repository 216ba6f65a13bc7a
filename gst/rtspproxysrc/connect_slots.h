// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/guarded.h"

namespace rtspproxy {

// When those of one process connect: one after the other, so that hundreds that start together, or lose a recorder
// together, are no storm for it or for the network. Safe.
class ConnectSlots {
public:
    static constexpr std::chrono::milliseconds kApart{20};

    // How long to wait until it is one's turn among those who name the same, such as a server.
    [[nodiscard]] rtspcore::Duration take(rtspcore::Time now, const std::string &among);

private:
    rtspcore::Guarded<std::map<std::string, rtspcore::Time>> next_;
};

// The one of this process; it is there as long as anybody has it.
std::shared_ptr<ConnectSlots> connect_slots();

}  // namespace rtspproxy
