// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "base/clock.h"
#include "status.h"

namespace rtspproxy {

// When people are to be told that there is no stream: once for each outage, again when its reason changes, and seldom
// where outages or reasons follow one another fast. Pure. Confined to the thread of its owner.
class OutageNotice {
public:
    // `status` has just come about. Whether it is to be told now.
    [[nodiscard]] bool is_due(const Status &status, rtspcore::Time now);

private:
    std::optional<Reason> told_;  // of this outage
    std::optional<rtspcore::Time> last_;
};

}  // namespace rtspproxy
