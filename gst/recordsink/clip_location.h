// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "location.h"

namespace recordsink {

// How clips are called: a location that may have `%{event}` in it, for the event's id. Immutable.
class ClipLocation {
public:
    static rtspcore::Result<ClipLocation, LocationError> parse(const std::string &pattern);

    // The same for this camera.
    [[nodiscard]] ClipLocation of_camera(const std::string &name) const;
    // That of the clips of one event. An id gives no folder, and no name that is hidden.
    [[nodiscard]] Location of(const std::string &id) const;
    // That of all clips: for the folder of the index, and to find what was left behind.
    [[nodiscard]] const Location &any() const { return any_; }

private:
    ClipLocation(std::string pattern, Location any) : pattern_(std::move(pattern)), any_(std::move(any)) {}

    std::string pattern_;
    Location any_;
    std::string camera_;
};

}  // namespace recordsink
