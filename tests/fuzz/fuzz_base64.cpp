// SPDX-License-Identifier: LGPL-2.1-or-later
// The POST half of a tunnel in any portions: what comes out does not depend on these, and GLib agrees with it.
#include <glib.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/portions.h"
#include "fuzz/require.h"
#include "rtsp/base64_stream.h"

using namespace rtspcore;
using fuzz::require;

namespace {

struct Decoded {
    std::vector<uint8_t> bytes;
    std::optional<std::string> fault;
    bool in_group = false;
    bool operator==(const Decoded &) const = default;
};

template <typename NextSize>
Decoded decode(std::span<const uint8_t> input, NextSize next_size) {
    rtsp::Base64Stream stream;
    Decoded decoded;
    while (!input.empty()) {
        const size_t size = std::clamp<size_t>(next_size(), 1, input.size());
        if (const auto result = stream.decode(input.first(size), decoded.bytes); !result)
            decoded.fault = result.error().message;
        input = input.subspan(size);
    }
    decoded.in_group = stream.in_group();
    return decoded;
}

void check_round_trip(std::span<const uint8_t> input) {
    const std::unique_ptr<gchar, decltype(&g_free)> encoded(g_base64_encode(input.data(), input.size()), g_free);
    const std::string text = std::string(encoded.get()) + "\r\n" + encoded.get();
    const auto *bytes = reinterpret_cast<const uint8_t *>(text.data());
    auto decoded = decode({bytes, text.size()}, fuzz::Portions(input));
    require(!decoded.fault && !decoded.in_group, "what was encoded can be decoded");
    require(decoded.bytes.size() == 2 * input.size(), "two runs give two texts");
    require(std::equal(input.begin(), input.end(), decoded.bytes.begin()) &&
                std::equal(input.begin(), input.end(), decoded.bytes.begin() + static_cast<ptrdiff_t>(input.size())),
            "what was encoded comes back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::span<const uint8_t> input(data, size);
    const auto whole = decode(input, [size] { return size; });
    require(whole.bytes.size() <= size / 4 * 3 + 2, "Base64 does not grow");
    require(decode(input, fuzz::Portions(input)) == whole, "random portions change nothing");
    require(decode(input, [] { return 1; }) == whole, "single bytes change nothing");
    check_round_trip(input);
    return 0;
}
