// SPDX-License-Identifier: LGPL-2.1-or-later
#include "clip_location.h"

#include <glib.h>

namespace recordsink {

using rtspcore::Result;

namespace {

constexpr std::string_view kEvent = "%{event}";
constexpr size_t kLongestId = 64;  // a name has 255 bytes, and the rest of it some as well

std::string with_event(std::string pattern, const std::string &text) {
    for (size_t at = pattern.find(kEvent); at != std::string::npos; at = pattern.find(kEvent, at + text.size()))
        pattern.replace(at, kEvent.size(), text);
    return pattern;
}

std::string name_of(const std::string &id) {
    std::string name = id.substr(0, kLongestId);
    for (size_t i = 0; i < name.size(); i++) {
        const char c = name[i];
        if (!g_ascii_isalnum(c) && c != '-' && !(c == '.' && i > 0))
            name[i] = '_';
    }
    return name.empty() ? "_" : name;
}

}  // namespace

// `%Z` stands for anything in a glob, and for any text in an expression, as does the id; and what is before the first
// conversion is the folder of both.
Result<ClipLocation, LocationError> ClipLocation::parse(const std::string &pattern) {
    auto any = Location::parse(with_event(pattern, "%Z"));
    if (!any)
        return rtspcore::Failure{any.error().code, any.error().message};
    return ClipLocation(pattern, std::move(*any));
}

ClipLocation ClipLocation::of_camera(const std::string &name) const {
    ClipLocation location = *this;
    location.any_ = any_.of_camera(name);
    location.camera_ = name;
    return location;
}

Location ClipLocation::of(const std::string &id) const {
    auto location = Location::parse(with_event(pattern_, name_of(id)));
    // What the pattern is, was judged; and nothing in a name is a conversion or a parent folder.
    return location ? location->of_camera(camera_) : any_;
}

}  // namespace recordsink
