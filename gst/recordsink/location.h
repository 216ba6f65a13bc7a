// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace recordsink {

enum class LocationError { Empty, BadConversion, LeavesFolder };

// Nanoseconds since 1970, UTC.
using UnixTime = int64_t;

// "2026-11-21T09:30:00.250000Z"
std::string iso_time(UnixTime time);

// How files are called: a path with conversions. Immutable.
class Location {
public:
    // Conversions are those of strftime(3) that give neither a slash nor white space, `%f` (microseconds, six digits)
    // and `%i` (the sequence number; `%05i` with leading zeroes). What follows the first one must stay in the folder.
    static rtspcore::Result<Location, LocationError> parse(const std::string &pattern);

    // The folder below which all files are; "." at least.
    [[nodiscard]] const std::string &root() const { return root_; }
    [[nodiscard]] std::string expand(UnixTime start, unsigned sequence) const;
    // A glob(7) that every name of this location fits, numbered ones as well.
    [[nodiscard]] std::string glob() const;

private:
    explicit Location(std::string pattern);

    std::string pattern_;
    std::string root_;
};

// The name to take when `path` is taken: "a-2.mp4" for "a.mp4" and 2.
std::string numbered(const std::string &path, unsigned number);

}  // namespace recordsink
