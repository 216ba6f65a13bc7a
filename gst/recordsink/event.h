// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <string>

#include "location.h"

namespace recordsink {

// Why a clip is made. Safe.
struct Event {
    Event(std::string name, UnixTime when) : id(std::move(name)), start(when) {}

    const std::string id;
    const UnixTime start;  // when it was told, in capture time
    std::atomic<const char *> end_reason{"event"};
};

}  // namespace recordsink
