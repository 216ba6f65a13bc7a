// SPDX-License-Identifier: LGPL-2.1-or-later
// How a connection over HTTP begins: the head in any portions, and whatever it asks for. Nothing of what follows the
// head is taken, and no answer has lines that are not ours.
#include <algorithm>
#include <string>

#include "fuzz/portions.h"
#include "fuzz/require.h"
#include "rtsp/ascii.h"
#include "rtsp/http_request.h"
#include "rtsp/http_tunnel.h"
#include "rtsp/websocket_handshake.h"
#include "rtsp/websocket_origins.h"

using namespace rtspcore;
using fuzz::require;
using rtsp::HttpRequest;
using rtsp::HttpRequestParser;
using rtsp::HttpStatus;

namespace {

// Small enough for short inputs to meet them.
constexpr HttpRequestParser::Limits kSmall = {.request_line = 40, .headers = 100, .header_fields = 4};

struct Outcome {
    HttpRequestParser::Item item;
    size_t taken = 0;
};

template <typename NextSize>
Outcome read(std::span<const uint8_t> input, HttpRequestParser::Limits limits, NextSize next_size) {
    HttpRequestParser parser(limits);
    Outcome outcome;
    while (outcome.taken < input.size()) {
        const size_t size = std::clamp<size_t>(next_size(), 1, input.size() - outcome.taken);
        auto portion = input.subspan(outcome.taken, size);
        outcome.item = parser.read(portion);
        outcome.taken += size - portion.size();
        if (!std::holds_alternative<HttpRequestParser::NeedMore>(outcome.item))
            return outcome;
        require(portion.empty(), "needing more takes all");
    }
    return outcome;
}

void check_answer(const rtsp::HttpResponse &response) {
    const std::string bytes = response.serialize();
    const std::string head = bytes.substr(0, bytes.find("\r\n\r\n"));
    const auto lines = static_cast<size_t>(std::count(head.begin(), head.end(), '\n'));
    require(lines <= response.headers.fields().size() + 1, "an answer has no lines but its own");
}

void check_origin(const std::string &origin, const std::string &host) {
    if (rtsp::WebSocketOrigins().allow(origin, host))
        require(origin.empty() || (origin.find("://") != std::string::npos && !host.empty()), "a page has a host");
}

void check_request(const HttpRequest &request, const HttpRequestParser::Limits &limits) {
    require(rtsp::is_token(request.method), "a method is a token");
    require(request.minor_version <= 9, "a version is one digit");
    require(request.headers.fields().size() <= limits.header_fields, "the number of fields is bounded");
    const auto half = rtsp::read_tunnel_half(request);
    if (!half)
        check_answer(rtsp::http_refusal(half.error()));
    else
        require(!half->cookie.empty() && half->cookie.size() <= 128, "a cookie is there and bounded");
    const auto upgrade = rtsp::read_websocket_upgrade(request);
    check_answer(upgrade ? rtsp::websocket_opened(*upgrade) : rtsp::http_refusal(upgrade.error()));
    if (upgrade)
        check_origin(upgrade->origin, upgrade->host);
}

void check_same(const Outcome &whole, const Outcome &cut) {
    require(whole.item.index() == cut.item.index(), "portions do not decide what it is");
    if (const auto *request = std::get_if<HttpRequest>(&whole.item)) {
        const auto &other = std::get<HttpRequest>(cut.item);
        require(whole.taken == cut.taken, "portions do not decide where the head ends");
        require(request->target == other.target, "portions do not change the target");
        require(request->headers.fields().size() == other.headers.fields().size(), "portions do not change fields");
    } else if (const auto *refused = std::get_if<Failure<HttpStatus>>(&whole.item)) {
        const auto &other = std::get<Failure<HttpStatus>>(cut.item);
        require(refused->code == other.code && refused->message == other.message, "portions do not change a refusal");
        check_answer(rtsp::http_refusal(*refused));
    }
}

void check(std::span<const uint8_t> input, HttpRequestParser::Limits limits) {
    const auto whole = read(input, limits, [&input] { return input.size(); });
    if (const auto *request = std::get_if<HttpRequest>(&whole.item))
        check_request(*request, limits);
    check_same(whole, read(input, limits, fuzz::Portions(input)));
    check_same(whole, read(input, limits, [] { return 1; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::span<const uint8_t> input(data, size);
    check(input, {});
    check(input, kSmall);
    return 0;
}
