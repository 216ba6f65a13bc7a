// SPDX-License-Identifier: LGPL-2.1-or-later
#include "location.h"

#include <glib.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace recordsink {

using rtspcore::Failure;
using rtspcore::Result;
using Kind = NamePiece::Kind;

namespace {

constexpr UnixTime kSecond = 1'000'000'000;
constexpr const char *kNoMapping = "test";  // what rtspsink serves it as

tm parts_of(UnixTime time) {
    tm parts = {};
    const time_t seconds = time / kSecond;
    gmtime_r(&seconds, &parts);
    return parts;
}

// Sub-seconds: microseconds, unless the width asks for other digits.
std::string fraction(const std::string &flags, UnixTime time) {
    const int width = std::abs(atoi(flags.c_str()));
    char text[16];
    snprintf(text, sizeof text, "%09d", static_cast<int>(time % kSecond));
    return std::string(text, static_cast<size_t>(width == 0 ? 6 : std::min(width, 9)));
}

std::string running_number(const std::string &flags, unsigned sequence) {
    const bool zeroes = flags.rfind('0', 0) == 0;
    char text[128];
    snprintf(text, sizeof text, zeroes ? "%0*u" : "%*u", std::abs(atoi(flags.c_str())), sequence);
    return text;
}

std::string time_text(const NamePiece &piece, UnixTime time) {
    if (piece.letter == 's')  // strftime would take the parts for local time
        return std::to_string(time / kSecond);
    const tm parts = parts_of(time);
    const std::string format = "%" + piece.text + piece.letter;
    char text[256] = "";
    strftime(text, sizeof text, format.c_str(), &parts);
    return text;
}

std::string escaped_for_regex(const std::string &text) {
    gchar *escaped = g_regex_escape_string(text.c_str(), static_cast<gint>(text.size()));
    std::string result = escaped;
    g_free(escaped);
    return result;
}

std::string escaped_for_glob(const std::string &text) {
    std::string escaped;
    for (const char c : text) {
        if (strchr("*?[\\", c))
            escaped += '\\';
        escaped += c;
    }
    return escaped;
}

bool has_parent_component(const std::string &path) {
    return ("/" + path + "/").find("/../") != std::string::npos;
}

// The index calls files without it.
std::string without_this_folder(std::string path) {
    while (path.rfind("./", 0) == 0)
        path.erase(0, path.find_first_not_of('/', 1));
    return path;
}

}  // namespace

std::string iso_time(UnixTime time) {
    const tm parts = parts_of(time);
    char text[64];
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    return std::string(text) + "." + fraction("", time) + "Z";
}

Location::Location(const std::string &pattern, std::vector<NamePiece> pieces) : pieces_(std::move(pieces)) {
    const size_t folder = folder_length(pattern);
    root_ = folder == 0 ? "." : folder == 1 ? "/" : pattern.substr(0, folder - 1);
}

Result<Location, LocationError> Location::parse(const std::string &text) {
    const std::string pattern = without_this_folder(text);
    if (pattern.empty() || pattern.back() == '/')
        return Failure{LocationError::Empty, "it names no file; use one like /var/rec/%Y-%m-%d/%H-%M-%S.mp4"};
    NamePieces pieces = split_name(pattern);
    if (!pieces.bad.empty())
        return Failure{LocationError::BadConversion,
                       "'" + pieces.bad + "' is no conversion that a name can have; those are %" +
                           std::string(kConversions) + ", none of them filled with spaces"};
    Location location(pattern, std::move(pieces.list));
    if (has_parent_component(pattern.substr(folder_length(pattern))))
        return Failure{LocationError::LeavesFolder, "it leaves the folder " + location.root_ + " by '..'"};
    return location;
}

Location Location::of_camera(const std::string &name) const {
    Location location = *this;
    location.camera_ = safe_name(name);
    return location;
}

Location Location::of_mapping(const std::string &mapping) const {
    Location location = *this;
    location.mapping_ = mapping.empty() ? kNoMapping : safe_name(mapping);
    return location;
}

bool Location::needs_mapping() const {
    return !mapping_ && std::any_of(pieces_.begin(), pieces_.end(), [](const NamePiece &p) { return p.letter == 'o'; });
}

std::string Location::text_of(const NamePiece &piece, UnixTime time, unsigned sequence) const {
    switch (piece.letter) {
        case '%':
            return "%";
        case 'f':
            return fraction(piece.text, time);
        case 'i':
            return running_number(piece.text, sequence);
        case 'N':
            return camera_;
        case 'o':
            return mapping_.value_or(kNoMapping);
        default:
            return time_text(piece, time);
    }
}

std::string Location::expand(UnixTime start, unsigned sequence) const {
    std::string path;
    for (const NamePiece &piece : pieces_)
        path += piece.kind == Kind::Conversion ? text_of(piece, start, sequence) : piece.text;
    return path;
}

std::string Location::glob() const {
    std::string glob;
    for (const NamePiece &piece : pieces_) {
        if (piece.kind == Kind::Conversion || piece.kind == Kind::NumberPlace)
            glob += '*';
        glob += piece.kind == Kind::Text ? escaped_for_glob(piece.text) : "";
    }
    return glob;
}

std::string Location::form_of_piece(const NamePiece &piece) const {
    switch (piece.kind) {
        case Kind::Text:
            return escaped_for_regex(piece.text);
        case Kind::NumberPlace:
            return "(-[0-9]{1,4})?";
        case Kind::FolderEnd:
            return "";
        case Kind::Conversion:
            break;
    }
    if (piece.letter == 'N')
        return escaped_for_regex(camera_);
    return piece.letter == 'o' && mapping_ ? escaped_for_regex(*mapping_) : form_of(piece.letter);
}

std::string Location::expression() const {
    std::string expression = "^";
    for (const NamePiece &piece : pieces_) {
        if (piece.kind == Kind::FolderEnd)
            expression = "^";
        expression += form_of_piece(piece);
    }
    return expression + "$";
}

std::string numbered(const std::string &path, unsigned number) {
    const size_t extension = extension_of(path);
    return path.substr(0, extension) + "-" + std::to_string(number) + path.substr(extension);
}

}  // namespace recordsink
