// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace recordsink {

// A part of a `location`. Immutable.
struct NamePiece {
    enum class Kind {
        Text,
        Conversion,
        FolderEnd,    // of the folder below which all files are
        NumberPlace,  // where a number goes when the name is taken: before the extension
    };
    Kind kind = Kind::Text;
    std::string text;  // of a conversion its flags and width
    char letter = 0;   // of a conversion
};

struct NamePieces {
    std::vector<NamePiece> list;
    std::string bad;  // what is no conversion, where there is such a thing
};

// The letters of all conversions.
extern const char *const kConversions;

NamePieces split_name(const std::string &pattern);
// Where the extension begins, with its dot; the end if there is none.
size_t extension_of(const std::string &path);
// The length of the folder that stands before the first conversion; 0 where there is none.
size_t folder_length(const std::string &pattern);
// For `mapping` and `camera`: what is no letter, digit, '-' or '.' becomes '_'.
std::string safe_name(const std::string &name);
// A regular expression for the text that this conversion gives.
std::string form_of(char conversion);

}  // namespace recordsink
