// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/message.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "rtsp/ascii.h"

namespace rtspcore::rtsp {
namespace {

// In the order of Method, so that a method is the index of its name.
constexpr std::array<std::string_view, 11> kMethodNames = {
    "OPTIONS",  "DESCRIBE",      "ANNOUNCE",      "SETUP",  "PLAY",     "PAUSE",
    "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER", "RECORD", "REDIRECT",
};
static_assert(kMethodNames.size() == static_cast<size_t>(Method::Unknown));

// Also NUL, at which C code would end the line.
bool ends_line(char c) {
    return c == '\r' || c == '\n' || c == '\0';
}

void append_line_part(std::string &out, std::string_view text) {
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) { return !ends_line(c); });
}

constexpr std::string_view kContentLength = "Content-Length";

}  // namespace

void append_field(std::string &out, std::string_view name, std::string_view value) {
    append_line_part(out, name);
    out += ": ";
    append_line_part(out, value);
    out += "\r\n";
}

std::string_view method_name(Method method) {
    const auto index = static_cast<size_t>(method);
    return index < kMethodNames.size() ? kMethodNames[index] : std::string_view{};
}

Method method_from_name(std::string_view name) {
    const auto *found = std::find(kMethodNames.begin(), kMethodNames.end(), name);
    return static_cast<Method>(found - kMethodNames.begin());
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const HeaderField &field : fields_)
        if (equals_ignoring_case(field.name, name))
            return field.value;
    return std::nullopt;
}

std::optional<std::string> Headers::joined(std::string_view name) const {
    std::optional<std::string> all;
    for (const HeaderField &field : fields_) {
        if (!equals_ignoring_case(field.name, name))
            continue;
        if (all)
            *all += ", " + field.value;
        else
            all = field.value;
    }
    return all;
}

void Headers::set(std::string_view name, std::string value) {
    const auto same_name = [name](const HeaderField &field) { return equals_ignoring_case(field.name, name); };
    const auto first = std::find_if(fields_.begin(), fields_.end(), same_name);
    if (first == fields_.end()) {
        add(std::string(name), std::move(value));
        return;
    }
    first->value = std::move(value);
    fields_.erase(std::remove_if(first + 1, fields_.end(), same_name), fields_.end());
}

namespace {

void append_fields_and_body(std::string &out, const Headers &headers, const std::string &body) {
    for (const HeaderField &field : headers.fields())
        if (!equals_ignoring_case(field.name, kContentLength))  // ours is the true one
            append_field(out, field.name, field.value);
    if (!body.empty())
        append_field(out, kContentLength, std::to_string(body.size()));
    out += "\r\n" + body;
}

}  // namespace

std::string Request::serialize() const {
    std::string out = method_name + " " + uri + " RTSP/1.0\r\n";
    append_fields_and_body(out, headers, body);
    return out;
}

std::string Response::serialize() const {
    std::string out = "RTSP/1.0 " + std::to_string(static_cast<int>(status)) + " " + reason_phrase(status) + "\r\n";
    append_fields_and_body(out, headers, body);
    return out;
}

}  // namespace rtspcore::rtsp
