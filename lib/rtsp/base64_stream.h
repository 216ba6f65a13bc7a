// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace rtspcore::rtsp {

enum class Base64Error : uint8_t {
    ForeignCharacter,  // neither of the alphabet (RFC 4648 section 4) nor a line end
    MisplacedPadding,
};

// Decodes the POST half of an HTTP tunnel, in any portions: Base64 (RFC 4648 section 4) in which padding may stand in
// the middle, because clients encode each request on its own, and line ends anywhere.
//
// Thread: confined to its connection's. Never blocks. Holds less than four characters.
class Base64Stream {
public:
    // Appends to `out` all bytes that are complete, also those before a fault, so that portions have no influence.
    // After a fault nothing is taken any more and the fault stays.
    Result<void, Base64Error> decode(std::span<const uint8_t> text, std::vector<uint8_t> &out);

    // Whether a group of four characters has begun and not ended.
    [[nodiscard]] bool in_group() const { return place_ != 0; }

private:
    Result<void, Base64Error> accept(uint8_t character);
    Result<void, Base64Error> accept_padding();
    Failure<Base64Error> fail(Base64Error code, std::string expected);

    std::optional<Failure<Base64Error>> fault_;
    uint64_t position_ = 0;  // in the stream, for the message of a fault
    unsigned place_ = 0;     // in the group of four
    bool padded_ = false;    // the group has ended but for its second '='
    // What g_base64_decode_step() keeps.
    int state_ = 0;
    unsigned save_ = 0;
};

}  // namespace rtspcore::rtsp
