// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "name_pieces.h"

namespace recordsink {

enum class LocationError { Empty, BadConversion, LeavesFolder };

// Nanoseconds since 1970, UTC.
using UnixTime = int64_t;

// "2026-11-21T09:30:00.250000Z"
std::string iso_time(UnixTime time);

// How files are called: a path with conversions. Immutable.
class Location {
public:
    // Conversions are those of strftime(3) that give neither a slash nor white space, `%f` (microseconds, six digits;
    // `%3f` and so on, other numbers of digits), `%i` (the sequence number; `%05i` with leading zeroes), `%N` (the
    // camera) and `%o` (the mapping). What follows the first one must stay in the folder.
    static rtspcore::Result<Location, LocationError> parse(const std::string &text);

    // The same for this camera, or mapping: see safe_name().
    [[nodiscard]] Location of_camera(const std::string &name) const;
    [[nodiscard]] Location of_mapping(const std::string &mapping) const;
    // Its names depend on the mapping, and that is not told yet.
    [[nodiscard]] bool needs_mapping() const;

    // The folder below which all files are; "." at least.
    [[nodiscard]] const std::string &root() const { return root_; }
    [[nodiscard]] std::string expand(UnixTime start, unsigned sequence) const;
    // A glob(7) that every name of this location fits, numbered ones as well.
    [[nodiscard]] std::string glob() const;
    // A regular expression for names below root(): those of this location, numbered ones as well, and hardly any other.
    [[nodiscard]] std::string expression() const;

private:
    Location(const std::string &pattern, std::vector<NamePiece> pieces);
    [[nodiscard]] std::string text_of(const NamePiece &piece, UnixTime time, unsigned sequence) const;
    [[nodiscard]] std::string form_of_piece(const NamePiece &piece) const;

    std::vector<NamePiece> pieces_;
    std::string root_;
    std::string camera_ = "camera";
    std::optional<std::string> mapping_;
};

// The name to take when `path` is taken: "a-2.mp4" for "a.mp4" and 2.
std::string numbered(const std::string &path, unsigned number);

}  // namespace recordsink
