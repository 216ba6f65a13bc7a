// SPDX-License-Identifier: LGPL-2.1-or-later
// The bytes of a connection, in any portions: the items must not depend on these, and what is a Request has to be a
// sound one.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/portions.h"
#include "fuzz/require.h"
#include "rtsp/ascii.h"
#include "rtsp/message_parser.h"
#include "support/parser_items.h"

using namespace rtspcore;
using fuzz::require;
using rtsp::MessageParser;

namespace {

// Small enough for short inputs to meet them.
constexpr MessageParser::Limits kSmall = {.request_line = 40, .headers = 100, .header_fields = 4, .body = 20};

bool is_line_text(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return rtsp::is_control(c) && c != '\t'; });
}

void check_request(const rtsp::Request &request, const MessageParser::Limits &limits) {
    require(rtsp::is_token(request.method_name), "a method is a token");
    require(rtsp::method_from_name(request.method_name) == request.method, "method and name agree");
    require(!request.uri.empty() && request.uri.size() < limits.request_line, "a URI is there and bounded");
    require(is_line_text(request.uri) && request.uri.find_first_of(" \t") == std::string::npos, "a URI has no spaces");
    require(request.headers.fields().size() <= limits.header_fields, "the number of fields is bounded");
    require(request.body.size() <= limits.body, "a body is bounded");
    for (const rtsp::HeaderField &field : request.headers.fields())
        require(rtsp::is_token(field.name) && is_line_text(field.value), "a field is one line");
}

// An answer that repeats all that the client sent still has the lines that we wrote, and no others.
void check_echo(const rtsp::Request &request) {
    rtsp::Response response;
    response.headers = request.headers;
    response.headers.set("Content-Base", request.uri);
    MessageParser parser({.request_line = 1 << 20, .headers = 1 << 20, .header_fields = 1 << 20, .body = 1 << 20});
    const std::string bytes = response.serialize();
    const auto lines = static_cast<size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    require(lines <= response.headers.fields().size() + 2, "an echo adds no lines");
    parser.feed(test::as_bytes(bytes));
    require(std::holds_alternative<MessageParser::IgnoredResponse>(parser.next()), "an echo is one response");
    require(std::holds_alternative<MessageParser::NeedMore>(parser.next()), "an echo is nothing more");
    require(!parser.in_message(), "an echo ends where it should");
}

std::vector<std::string> parse_whole(std::span<const uint8_t> input, MessageParser::Limits limits) {
    MessageParser parser(limits);
    parser.feed(input);
    std::vector<std::string> items;
    for (bool is_closed = false;;) {
        const auto item = parser.next();
        if (std::holds_alternative<MessageParser::NeedMore>(item))
            return items;
        require(!is_closed, "nothing follows a fatal error");
        if (const auto *request = std::get_if<rtsp::Request>(&item)) {
            check_request(*request, limits);
            check_echo(*request);
        }
        if (const auto *malformed = std::get_if<MessageParser::Malformed>(&item)) {
            require(is_line_text(malformed->reason) && is_line_text(malformed->cseq), "a reason is one line");
            is_closed = !malformed->resynchronised;
        }
        items.push_back(std::visit(test::ItemWriter{}, item));
    }
}

void check_portions(std::span<const uint8_t> input, MessageParser::Limits limits) {
    const auto whole = parse_whole(input, limits);
    MessageParser cut(limits);
    require(test::parse_in_portions(cut, input, fuzz::Portions(input)) == whole, "random portions change nothing");
    MessageParser single(limits);
    require(test::parse_in_portions(single, input, [] { return 1; }) == whole, "single bytes change nothing");
    require(cut.in_message() == single.in_message(), "portions do not decide whether a message is open");
    require(single.in_message() || single.buffer_size() <= 1024, "an idle parser holds little");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::span<const uint8_t> input(data, size);
    check_portions(input, {});
    check_portions(input, kSmall);
    return 0;
}
