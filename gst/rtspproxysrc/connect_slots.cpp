// SPDX-License-Identifier: LGPL-2.1-or-later
#include "connect_slots.h"

namespace rtspproxy {

using rtspcore::Duration;
using rtspcore::Guarded;
using rtspcore::Time;

Duration ConnectSlots::take(Time now, const std::string &among) {
    auto next = next_.lock();
    // Whose turn is over need not be known any more.
    std::erase_if(*next, [now](const auto &known) { return known.second <= now; });
    const auto known = next->find(among);
    const Time slot = known == next->end() ? now : known->second;
    (*next)[among] = slot + kApart;
    return slot - now;
}

std::shared_ptr<ConnectSlots> connect_slots() {
    static Guarded<std::weak_ptr<ConnectSlots>> instance;
    auto known = instance.lock();
    auto slots = known->lock();
    if (!slots)
        *known = slots = std::make_shared<ConnectSlots>();
    return slots;
}

}  // namespace rtspproxy
