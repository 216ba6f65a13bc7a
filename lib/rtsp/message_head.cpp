// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/message_head.h"

#include <algorithm>
#include <vector>

#include "rtsp/ascii.h"

namespace rtspcore::rtsp {
namespace {

// More than a request line has are as wrong as any number of them.
constexpr size_t kMostWords = 4;

std::vector<std::string_view> split_words(std::string_view line) {
    std::vector<std::string_view> words;
    for (line = trim(line); !line.empty() && words.size() < kMostWords; line = trim(line)) {
        const auto end = static_cast<size_t>(std::find_if(line.begin(), line.end(), is_blank) - line.begin());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    return words;
}

// Safe to log: printable, short. Only for words that cannot be credentials: URIs and header values can.
std::string in_quotes(std::string_view word) {
    constexpr size_t kLongest = 32;
    std::string out = "\"";
    for (const char c : word.substr(0, kLongest))
        out += is_control(c) || static_cast<unsigned char>(c) >= 0x80 ? '?' : c;
    return out += word.size() > kLongest ? "...\"" : "\"";
}

// A tab is a space; any other control character could end a line, or a string, for somebody who reads this value.
bool is_bad_in_value(char c) {
    return is_control(c) && c != '\t';
}

}  // namespace

void MessageHead::note_fault(Status status, std::string reason) {
    if (!fault_)
        fault_ = Fault{status, std::move(reason)};
}

void MessageHead::add_line(std::string_view line) {
    if (lines_++ == 0)
        read_start_line(line);
    else if (is_blank(line.front()))
        continue_field(line);
    else
        read_field(line);
}

void MessageHead::read_start_line(std::string_view line) {
    const auto words = split_words(line);
    if (!words.empty() && starts_with_ignoring_case(words.front(), "RTSP/")) {
        kind_ = Kind::Response;
    } else if (words.size() == 3 && starts_with_ignoring_case(words.back(), "HTTP/")) {
        kind_ = Kind::Http;
        read_http_request_line(words[0], words[1], words[2]);
    } else if (words.size() == 3) {
        read_request_line(words[0], words[1], words[2]);
    } else {
        note_fault(Status::BadRequest,
                   "expected a request line of method, URI and RTSP/1.0, came one of " +
                       (words.size() < kMostWords ? std::to_string(words.size()) : "more than three") + " words");
    }
}

void MessageHead::read_request_line(std::string_view method, std::string_view uri, std::string_view version) {
    request_.method = method_from_name(method);
    request_.method_name = method;
    request_.uri = uri;
    if (!starts_with_ignoring_case(version, "RTSP/"))
        note_fault(Status::BadRequest, "expected RTSP/1.0 at the end of the request line, came " + in_quotes(version));
    else if (!equals_ignoring_case(version, "RTSP/1.0"))
        note_fault(Status::RtspVersionNotSupported, "expected RTSP/1.0, came " + in_quotes(version));
    else if (!is_token(method))
        note_fault(Status::BadRequest, "expected a method, came " + in_quotes(method));
}

// Which methods and versions there are is for who speaks HTTP to say.
void MessageHead::read_http_request_line(std::string_view method, std::string_view uri, std::string_view version) {
    request_.method_name = method;
    request_.uri = uri;
    http_version_ = version;
    if (!is_token(method))
        note_fault(Status::BadRequest, "expected a method, came " + in_quotes(method));
}

void MessageHead::read_field(std::string_view line) {
    field_is_open_ = false;
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        return note_fault(Status::BadRequest, where() + ": expected \"name: value\", came no colon");
    const std::string_view name = trim(line.substr(0, colon));
    if (!is_token(name))
        return note_fault(Status::BadRequest, where() + ": expected a header name, came " + in_quotes(name));
    request_.headers.add(std::string(name), {});
    field_is_open_ = true;
    extend_field(trim(line.substr(colon + 1)));
}

void MessageHead::continue_field(std::string_view line) {
    if (!field_is_open_)
        return note_fault(Status::BadRequest, where() + ": expected a field, came the continuation of none");
    extend_field(trim(line));
}

void MessageHead::extend_field(std::string_view text) {
    HeaderField &field = request_.headers.last();
    if (std::any_of(text.begin(), text.end(), is_bad_in_value)) {
        note_fault(Status::BadRequest,
                   where() + ": expected text in " + in_quotes(field.name) + ", came control characters");
        // The field stays, as a Content-Length that cannot be read must not count as none; its value goes, as a CSeq is
        // repeated.
        field.value.clear();
        field_is_open_ = false;
        return;
    }
    if (!field.value.empty() && !text.empty())
        field.value += ' ';
    field.value += text;
}

std::string MessageHead::where() const {
    return "header line " + std::to_string(lines_ - 1);
}

Result<size_t, Status> MessageHead::content_length() const {
    std::optional<size_t> length;
    for (const HeaderField &field : request_.headers.fields()) {
        if (!equals_ignoring_case(field.name, "Content-Length"))
            continue;
        const auto number = parse_number<size_t>(field.value);
        if (!number)
            return Failure{Status::BadRequest, "Content-Length: expected a number, came " + in_quotes(field.value)};
        if (length && *length != *number)
            return Failure{Status::BadRequest, std::string("expected one Content-Length, came several that differ")};
        length = number;
    }
    return length.value_or(0);
}

}  // namespace rtspcore::rtsp
