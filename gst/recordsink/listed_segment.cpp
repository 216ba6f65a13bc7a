// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include <charconv>

#include "index.h"

namespace recordsink {

namespace {

constexpr std::string_view kNameField = "{\"name\":\"";
constexpr std::string_view kEndField = ",\"end\":\"";
constexpr std::string_view kBytesField = ",\"bytes\":";
constexpr std::string_view kEventField = ",\"event\":\"";

// The string whose first character is at `at`, which is moved behind its quote; nothing if it has no end.
std::optional<std::string> unquoted(std::string_view line, size_t &at) {
    std::string text;
    for (; at < line.size() && line[at] != '"'; at++) {
        if (line[at] != '\\') {
            text += line[at];
            continue;
        }
        if (++at >= line.size())
            return std::nullopt;
        if (line[at] != 'u') {
            text += line[at];
            continue;
        }
        unsigned code = 0;
        if (line.size() - at < 5 || std::from_chars(&line[at + 1], &line[at] + 5, code, 16).ptr != &line[at] + 5)
            return std::nullopt;
        if (code == 0)
            return std::nullopt;          // no name of a file
        text += static_cast<char>(code);  // json() writes what is below 0x20 only like this
        at += 4;
    }
    if (at >= line.size())
        return std::nullopt;
    at++;
    return text;
}

std::optional<UnixTime> unix_time(const std::string &iso) {
    GDateTime *time = g_date_time_new_from_iso8601(iso.c_str(), nullptr);
    if (!time)
        return std::nullopt;
    constexpr int64_t kMostSeconds = INT64_MAX / 1'000'000'000 - 1;
    const int64_t seconds = g_date_time_to_unix(time);
    const int64_t microseconds = g_date_time_get_microsecond(time);
    g_date_time_unref(time);
    if (seconds > kMostSeconds || seconds < -kMostSeconds)
        return std::nullopt;
    return seconds * 1'000'000'000 + microseconds * 1000;
}

}  // namespace

// No string of the line holds a bare quote, so what is found behind the name is a field.
std::optional<ListedSegment> listed_segment(std::string_view line) {
    if (line.substr(0, kNameField.size()) != kNameField)
        return std::nullopt;
    size_t at = kNameField.size();
    auto name = unquoted(line, at);
    size_t end_at = line.find(kEndField, at);
    const size_t bytes_at = line.rfind(kBytesField);
    if (!name || name->empty() || end_at == std::string_view::npos || bytes_at == std::string_view::npos)
        return std::nullopt;
    end_at += kEndField.size();
    const auto end_text = unquoted(line, end_at);
    const auto end = end_text ? unix_time(*end_text) : std::nullopt;
    uint64_t bytes = 0;
    const char *digits = line.data() + bytes_at + kBytesField.size();
    if (!end || std::from_chars(digits, line.data() + line.size(), bytes).ec != std::errc())
        return std::nullopt;
    return ListedSegment{std::move(*name), *end, bytes, line.find(kEventField, at) != std::string_view::npos};
}

}  // namespace recordsink
