// SPDX-License-Identifier: LGPL-2.1-or-later
#include "name_pieces.h"

#include <glib.h>

#include <algorithm>
#include <cstring>

namespace recordsink {

// Without those of strftime(3) that may give a slash or white space (%c, %D, %x, %n, %e...).
const char *const kConversions = "aAbBCdFgGhHIjmMpPRsSTuUVwWyYzZfiNo%";

namespace {

constexpr size_t kLongestName = 100;  // of 255 bytes that a file's may have

// A width fills text with spaces, and a number with zeroes; %i, which is printf's, with what its flag says.
bool gives_spaces(const std::string &flags, bool has_width, char letter) {
    if (!has_width)
        return false;
    return strchr("aAbBhpPRTzZ", letter) || (letter == 'i' && flags.find('0') != 0);
}

// The conversion that begins with the '%' at `start`, and where it ends, or would if it were one.
std::optional<NamePiece> conversion_at(const std::string &pattern, size_t start, size_t &end) {
    const size_t flags_end = pattern.find_first_not_of("-0^#", start + 1);
    const size_t letter = pattern.find_first_not_of("0123456789", flags_end);
    end = letter == std::string::npos ? letter : letter + 1;
    // Two digits of width are plenty, and a name has its bounds.
    if (letter == std::string::npos || letter - flags_end > 2 || !strchr(kConversions, pattern[letter]))
        return std::nullopt;
    const std::string flags = pattern.substr(start + 1, flags_end - start - 1);
    if (gives_spaces(flags, letter > flags_end, pattern[letter]))
        return std::nullopt;
    return NamePiece{NamePiece::Kind::Conversion, pattern.substr(start + 1, letter - start - 1), pattern[letter]};
}

// What was written, whole: `%{name}`, and a letter of several bytes.
std::string bad_conversion(const std::string &pattern, size_t start, size_t end) {
    if (end != std::string::npos && pattern[end - 1] == '{')
        end = pattern.find('}', end) == std::string::npos ? end : pattern.find('}', end) + 1;
    while (end < pattern.size() && (static_cast<unsigned char>(pattern[end]) & 0xC0) == 0x80)
        end++;
    return pattern.substr(start, end - start);
}

void add_text(std::vector<NamePiece> &list, char c) {
    if (list.empty() || list.back().kind != NamePiece::Kind::Text)
        list.emplace_back();
    list.back().text += c;
}

}  // namespace

size_t extension_of(const std::string &path) {
    const size_t dot = path.rfind('.');
    const size_t slash = path.rfind('/');
    const bool has_one = dot != std::string::npos && dot != 0 && (slash == std::string::npos || dot > slash + 1);
    return has_one ? dot : path.size();
}

size_t folder_length(const std::string &pattern) {
    const size_t slash = pattern.rfind('/', pattern.find('%'));
    return slash == std::string::npos ? 0 : slash + 1;
}

NamePieces split_name(const std::string &pattern) {
    NamePieces pieces;
    const size_t folder = folder_length(pattern);
    const size_t extension = extension_of(pattern);
    for (size_t at = 0;; at++) {
        if (at == folder)
            pieces.list.push_back({NamePiece::Kind::FolderEnd, "", 0});
        if (at == extension)
            pieces.list.push_back({NamePiece::Kind::NumberPlace, "", 0});
        if (at >= pattern.size())
            return pieces;
        if (pattern[at] != '%') {
            add_text(pieces.list, pattern[at]);
            continue;
        }
        size_t end = 0;
        auto conversion = conversion_at(pattern, at, end);
        if (!conversion) {
            pieces.bad = bad_conversion(pattern, at, end);
            return pieces;
        }
        pieces.list.push_back(std::move(*conversion));
        at = end - 1;
    }
}

std::string safe_name(const std::string &name) {
    std::string safe = name.substr(std::min(name.find_first_not_of('/'), name.size()), kLongestName);
    for (char &c : safe)
        if (!g_ascii_isalnum(c) && c != '-' && c != '.')
            c = '_';
    // No name that hides, and none that leads elsewhere.
    if (safe.empty() || safe[0] == '.')
        safe.insert(safe.begin(), '_');
    return safe;
}

std::string form_of(char conversion) {
    switch (conversion) {
        case '%':
            return "%";
        case 'F':
            return "[0-9]+-[0-9]+-[0-9]+";
        case 'T':
            return "[0-9]+:[0-9]+:[0-9]+";
        case 'R':
            return "[0-9]+:[0-9]+";
        case 'z':
            return "[-+][0-9]+";
        default:
            // Words depend on the language of the system.
            return strchr("aAbBhpPZNo", conversion) ? "[^/]+" : " *[0-9]+";
    }
}

}  // namespace recordsink
