// SPDX-License-Identifier: LGPL-2.1-or-later
// The frames of a WebSocket client in any portions; and the input as payload of frames that we made, which has to come
// out as it went in.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/portions.h"
#include "fuzz/require.h"
#include "rtsp/websocket_decoder.h"
#include "support/websocket_client.h"
#include "support/websocket_items.h"

using namespace rtspcore;
using fuzz::require;
using rtsp::WebSocketDecoder;

namespace {

// Small enough for short inputs to meet them.
constexpr WebSocketDecoder::Limits kSmall = {.frame = 20, .message = 50};

void check_portions(std::span<const uint8_t> input, WebSocketDecoder::Limits limits) {
    WebSocketDecoder whole(limits);
    const auto items = test::decode_in_portions(whole, input, [&input] { return input.size(); });
    WebSocketDecoder cut(limits);
    require(test::decode_in_portions(cut, input, fuzz::Portions(input)) == items, "random portions change nothing");
    WebSocketDecoder single(limits);
    require(test::decode_in_portions(single, input, [] { return 1; }) == items, "single bytes change nothing");
    require(whole.in_message() == single.in_message(), "portions do not decide whether a message is open");
    for (size_t i = 0; i + 1 < items.size(); ++i)
        require(!items[i].starts_with("close") && !items[i].starts_with("refused"), "nothing follows the end");
}

void check_payload(std::span<const uint8_t> input) {
    const std::string text(input.begin(), input.end());
    const size_t half = text.size() / 2;
    const std::string bytes = test::client_frame(0x02, text.substr(0, half)) + test::client_frame(0x8a, "") +
                              test::client_frame(0x80, text.substr(half)) + test::client_frame(0x82, text);
    WebSocketDecoder decoder({.frame = UINT32_MAX, .message = UINT32_MAX});
    std::string out;
    for (const std::string &item : test::decode_in_portions(decoder, test::as_bytes(bytes), fuzz::Portions(input)))
        out += item.starts_with("data ") ? item.substr(5) : "";
    require(out == text + text, "what went in comes out");
    require(!decoder.in_message(), "nothing is left over");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::span<const uint8_t> input(data, size);
    check_portions(input, {});
    check_portions(input, kSmall);
    check_payload(input);
    return 0;
}
