// SPDX-License-Identifier: LGPL-2.1-or-later
#include "location.h"

#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>

namespace recordsink {

using rtspcore::Failure;
using rtspcore::Result;

namespace {

constexpr UnixTime kSecond = 1'000'000'000;
// Without those that may give a slash or white space (%c, %D, %x, %n...).
constexpr const char *kConversions = "aAbBCdeFgGhHIjklmMpPRsSTuUVwWyYzZfi%";

struct Conversion {
    std::string flags;  // and width
    char kind;
    size_t end;  // in the pattern
};

// The one that begins with the '%' at `start`.
std::optional<Conversion> conversion_at(const std::string &pattern, size_t start) {
    const size_t flags_end = pattern.find_first_not_of("-_0^#", start + 1);
    const size_t kind = pattern.find_first_not_of("0123456789", flags_end);
    // Two digits of width are plenty, and a name has its bounds.
    if (kind == std::string::npos || kind - flags_end > 2 || !strchr(kConversions, pattern[kind]))
        return std::nullopt;
    return Conversion{pattern.substr(start + 1, kind - start - 1), pattern[kind], kind + 1};
}

struct Moment {
    UnixTime time;
    unsigned sequence;
    tm parts;
};

std::string text_of(const Conversion &conversion, const Moment &moment) {
    char text[256] = "";
    switch (conversion.kind) {
        case '%':
            return "%";
        case 'f':
            snprintf(text, sizeof text, "%06d", static_cast<int>(moment.time % kSecond / 1000));
            return text;
        case 'i': {
            const bool zeroes = conversion.flags.rfind('0', 0) == 0;
            const int width = conversion.flags.empty() ? 0 : std::abs(atoi(conversion.flags.c_str()));
            snprintf(text, sizeof text, zeroes ? "%0*u" : "%*u", width, moment.sequence);
            return text;
        }
        case 's':  // strftime would take the parts for local time
            return std::to_string(moment.time / kSecond);
        default:
            break;
    }
    const std::string format = "%" + conversion.flags + conversion.kind;
    strftime(text, sizeof text, format.c_str(), &moment.parts);
    return text;
}

Moment moment_of(UnixTime time, unsigned sequence) {
    Moment moment{time, sequence, {}};
    const time_t seconds = time / kSecond;
    gmtime_r(&seconds, &moment.parts);
    return moment;
}

size_t extension_of(const std::string &path) {
    const size_t dot = path.rfind('.');
    const size_t slash = path.rfind('/');
    const bool has_one = dot != std::string::npos && dot != 0 && (slash == std::string::npos || dot > slash + 1);
    return has_one ? dot : path.size();
}

bool has_parent_component(const std::string &path) {
    return ("/" + path + "/").find("/../") != std::string::npos;
}

}  // namespace

std::string iso_time(UnixTime time) {
    const Moment moment = moment_of(time, 0);
    char text[64];
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &moment.parts);
    return std::string(text) + "." + text_of({"", 'f', 0}, moment) + "Z";
}

Location::Location(std::string pattern) : pattern_(std::move(pattern)) {
    const size_t slash = pattern_.rfind('/', pattern_.find('%'));
    root_ = slash == std::string::npos ? "." : slash == 0 ? "/" : pattern_.substr(0, slash);
}

Result<Location, LocationError> Location::parse(const std::string &pattern) {
    if (pattern.empty() || pattern.back() == '/')
        return Failure{LocationError::Empty, "it names no file; use one like /var/rec/%Y-%m-%d/%H-%M-%S.mp4"};
    for (size_t at = pattern.find('%'); at != std::string::npos; at = pattern.find('%', at)) {
        const auto conversion = conversion_at(pattern, at);
        if (!conversion)
            return Failure{LocationError::BadConversion, "'" + pattern.substr(at, 4) +
                                                             "' is no conversion that a name can have; those are %" +
                                                             std::string(kConversions)};
        at = conversion->end;
    }
    Location location(pattern);
    const size_t below = location.root_ == "." ? 0 : location.root_.size();
    if (has_parent_component(pattern.substr(below)))
        return Failure{LocationError::LeavesFolder, "it leaves the folder " + location.root_ + " by '..'"};
    return location;
}

std::string Location::expand(UnixTime start, unsigned sequence) const {
    const Moment moment = moment_of(start, sequence);
    std::string path;
    for (size_t at = 0; at < pattern_.size();) {
        if (pattern_[at] != '%') {
            path += pattern_[at++];
            continue;
        }
        const auto conversion = conversion_at(pattern_, at);
        path += text_of(*conversion, moment);
        at = conversion->end;
    }
    return path;
}

std::string Location::glob() const {
    const size_t extension = extension_of(pattern_);
    std::string glob;
    for (size_t at = 0; at < pattern_.size();) {
        if (at == extension)
            glob += '*';
        if (pattern_[at] == '%') {
            glob += '*';
            at = conversion_at(pattern_, at)->end;
            continue;
        }
        if (strchr("*?[\\", pattern_[at]))
            glob += '\\';
        glob += pattern_[at++];
    }
    return extension == pattern_.size() ? glob + '*' : glob;
}

std::string numbered(const std::string &path, unsigned number) {
    const size_t extension = extension_of(path);
    return path.substr(0, extension) + "-" + std::to_string(number) + path.substr(extension);
}

}  // namespace recordsink
