// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/http_request.h"

#include <algorithm>
#include <utility>

#include "rtsp/ascii.h"

namespace rtspcore::rtsp {
namespace {

bool is_bad_in_start_line(char c) {
    return is_control(c) && c != '\t';
}

// "HTTP/1." and one digit (RFC 9112 section 2.3).
std::optional<unsigned> minor_version(std::string_view version) {
    constexpr std::string_view kMajor = "HTTP/1.";
    if (version.size() != kMajor.size() + 1 || !version.starts_with(kMajor) || !is_digit(version.back()))
        return std::nullopt;
    return static_cast<unsigned>(version.back() - '0');
}

}  // namespace

bool HttpRequest::lists(std::string_view field, std::string_view token) const {
    const std::string all = headers.joined(field).value_or("");
    std::string_view rest = all;
    while (!rest.empty()) {
        const size_t comma = std::min(rest.find(','), rest.size());
        if (equals_ignoring_case(trim(rest.substr(0, comma)), token))
            return true;
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return false;
}

HttpRequestParser::Item HttpRequestParser::read(std::span<const uint8_t> &bytes) {
    while (!done_ && !bytes.empty()) {
        const auto end = std::find(bytes.begin(), bytes.end(), '\n');
        const bool is_complete = end != bytes.end();
        const auto size = static_cast<size_t>(end - bytes.begin());
        if (size > room())
            return refuse_long_line();
        line_.append(bytes.begin(), end);
        bytes = bytes.subspan(size + (is_complete ? 1 : 0));
        if (!is_complete)
            break;
        if (auto item = end_line())
            return *std::move(item);
    }
    return NeedMore{};
}

// How much the line that is being read may still grow.
size_t HttpRequestParser::room() const {
    if (!head_.has_start_line())
        return limits_.request_line - line_.size();
    return limits_.headers - std::min(limits_.headers, headers_size_ + line_.size());
}

HttpRequestParser::Item HttpRequestParser::refuse_long_line() {
    if (!head_.has_start_line())
        return give_up(HttpStatus::UriTooLong, "expected a request line of at most " +
                                                   std::to_string(limits_.request_line) + " bytes, came a longer one");
    return give_up(HttpStatus::HeaderFieldsTooLarge,
                   "expected header lines of at most " + std::to_string(limits_.headers) + " bytes, came more");
}

// Nothing unless the head ends here.
std::optional<HttpRequestParser::Item> HttpRequestParser::end_line() {
    const size_t size = line_.size() + 1;
    if (!line_.empty() && line_.back() == '\r')
        line_.pop_back();
    if (!head_.has_start_line() && (line_.empty() || std::any_of(line_.begin(), line_.end(), is_bad_in_start_line)))
        return give_up(HttpStatus::BadRequest, "expected a request line, came an empty one or control characters");
    if (line_.empty())
        return end_head();
    headers_size_ += head_.has_start_line() ? size : 0;
    head_.add_line(line_);
    line_.clear();
    if (head_.request().headers.fields().size() > limits_.header_fields)
        return give_up(HttpStatus::HeaderFieldsTooLarge,
                       "expected at most " + std::to_string(limits_.header_fields) + " header fields, came more");
    return std::nullopt;
}

HttpRequestParser::Item HttpRequestParser::end_head() {
    if (head_.kind() != MessageHead::Kind::Http)
        return give_up(HttpStatus::BadRequest, "expected a request line of method, target and HTTP/1.1");
    const auto minor = minor_version(head_.http_version());
    if (!minor)
        return give_up(HttpStatus::VersionNotSupported, "expected HTTP/1.0 or HTTP/1.1, came another version");
    if (head_.fault())
        return give_up(HttpStatus::BadRequest, head_.fault()->reason);
    done_ = true;
    Request request = head_.take_request();
    return HttpRequest{std::move(request.method_name), std::move(request.uri), *minor, std::move(request.headers)};
}

HttpRequestParser::Item HttpRequestParser::give_up(HttpStatus status, std::string reason) {
    done_ = true;
    return Failure{status, std::move(reason)};
}

}  // namespace rtspcore::rtsp
