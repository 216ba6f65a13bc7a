// SPDX-License-Identifier: LGPL-2.1-or-later
// The input is a recipe for a connection that carries frames, requests and line ends in any order: exactly what went in
// has to come out, whatever is inside the frames and bodies.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/portions.h"
#include "fuzz/require.h"
#include "rtsp/message_parser.h"
#include "support/parser_items.h"

using namespace rtspcore;
using fuzz::require;

namespace {

class Recipe {
public:
    explicit Recipe(std::span<const uint8_t> input) : rest_(input) {}
    [[nodiscard]] bool empty() const { return rest_.empty(); }
    uint8_t take_byte() {
        if (rest_.empty())
            return 0;
        const uint8_t byte = rest_.front();
        rest_ = rest_.subspan(1);
        return byte;
    }
    // As much of `size` as there is, filled up with dollar signs, which would all begin frames if they were not inside
    // of something.
    std::string take_text(size_t size) {
        const auto part = rest_.first(std::min(size, rest_.size()));
        rest_ = rest_.subspan(part.size());
        std::string text(part.begin(), part.end());
        text.resize(size, '$');
        return text;
    }

private:
    std::span<const uint8_t> rest_;
};

struct Connection {
    std::string bytes;
    std::vector<std::string> items;

    void add_frame(uint8_t channel, const std::string &payload) {
        bytes += '$';
        bytes += static_cast<char>(channel);
        bytes += static_cast<char>(payload.size() >> 8);
        bytes += static_cast<char>(payload.size() & 0xff);
        bytes += payload;
        items.push_back("frame " + std::to_string(channel) + " " + payload);
    }
    void add_request(const std::string &body) {
        const std::string length = std::to_string(body.size());
        bytes += "SET_PARAMETER $ RTSP/1.0\r\n$: $\r\nContent-Length: " + length + "\r\n\r\n" + body;
        items.push_back("SET_PARAMETER $ {$: $; Content-Length: " + length + "} " + body);
    }
    void add_response(const std::string &body) {
        bytes += "RTSP/1.0 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        items.emplace_back("response");
    }
};

// Each step is a byte that tells what, and for frames and bodies one that tells how much.
void add_step(Connection &connection, Recipe &recipe) {
    const uint8_t step = recipe.take_byte();
    switch (step % 8) {
        case 0:
            connection.bytes += "\r\n";
            break;
        case 1:
            connection.add_request(recipe.take_text(recipe.take_byte()));
            break;
        case 2:
            connection.add_response(recipe.take_text(recipe.take_byte()));
            break;
        case 3:  // up to the largest that the length field can tell
            connection.add_frame(step, std::string(recipe.take_byte() * 257u, '$'));
            break;
        default:
            connection.add_frame(recipe.take_byte(), recipe.take_text(recipe.take_byte()));
    }
}

template <typename NextSize>
void check(const Connection &connection, NextSize next_size) {
    rtsp::MessageParser parser;
    require(test::parse_in_portions(parser, test::as_bytes(connection.bytes), next_size) == connection.items,
            "what went in comes out");
    require(!parser.in_message(), "nothing is left over");
    require(parser.buffer_size() <= 1024, "an idle parser holds little");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    constexpr int kMostSteps = 64;
    const std::span<const uint8_t> input(data, size);
    Recipe recipe(input);
    Connection connection;
    for (int step = 0; step < kMostSteps && !recipe.empty(); ++step)
        add_step(connection, recipe);
    connection.bytes += "\r\n";  // with it the last item is out even if nothing else was to come
    check(connection, [&connection] { return connection.bytes.size(); });
    check(connection, fuzz::Portions(input));
    return 0;
}
