// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/base64_stream.h"

#include <glib.h>

#include <utility>

namespace rtspcore::rtsp {
namespace {

bool is_line_end(uint8_t character) {
    return character == '\r' || character == '\n';
}
bool is_of_alphabet(uint8_t character) {
    return g_ascii_isalnum(static_cast<char>(character)) || character == '+' || character == '/';
}

}  // namespace

// GLib's decoder skips what it does not know and takes padding wherever it stands; so what reaches it is looked at
// first.
Result<void, Base64Error> Base64Stream::decode(std::span<const uint8_t> text, std::vector<uint8_t> &out) {
    if (fault_)
        return *fault_;
    size_t good = 0;
    Result<void, Base64Error> result;
    while (good < text.size() && (result = accept(text[good])))
        ++good;
    const size_t before = out.size();
    out.resize(before + good / 4 * 3 + 3);  // as GLib asks for
    const size_t added =
        g_base64_decode_step(reinterpret_cast<const char *>(text.data()), good, out.data() + before, &state_, &save_);
    out.resize(before + added);
    return result;
}

Result<void, Base64Error> Base64Stream::accept(uint8_t character) {
    ++position_;
    if (is_line_end(character))
        return {};
    if (character == '=')
        return accept_padding();
    if (!is_of_alphabet(character))
        return fail(Base64Error::ForeignCharacter, "a character of Base64 or a line end");
    if (padded_)
        return fail(Base64Error::MisplacedPadding, "a second '='");
    place_ = (place_ + 1) % 4;
    return {};
}

// Groups end in "==" after two characters or in "=" after three.
Result<void, Base64Error> Base64Stream::accept_padding() {
    if (place_ < 2)
        return fail(Base64Error::MisplacedPadding, "a character of Base64 instead of '='");
    place_ = (place_ + 1) % 4;
    padded_ = place_ != 0;
    return {};
}

// The character itself is not told: it may be of a password.
Failure<Base64Error> Base64Stream::fail(Base64Error code, std::string expected) {
    fault_ = Failure{code, "the POST half of a tunnel: expected " + std::move(expected) + " at its character " +
                               std::to_string(position_) + ", came another"};
    return *fault_;
}

}  // namespace rtspcore::rtsp
