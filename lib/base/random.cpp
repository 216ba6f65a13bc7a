// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <vector>

namespace rtspcore {

namespace {

void fill_random(unsigned char *out, size_t size) {
    while (size > 0) {
        const ssize_t got = getrandom(out, size, 0);
        if (got < 0 && errno != EINTR)
            std::abort();  // no randomness means no session id that can be trusted
        if (got > 0) {
            out += got;
            size -= static_cast<size_t>(got);
        }
    }
}

}  // namespace

uint64_t random_u64() {
    uint64_t value = 0;
    fill_random(reinterpret_cast<unsigned char *>(&value), sizeof value);
    return value;
}

std::string random_hex(size_t bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::vector<unsigned char> raw(bytes);
    fill_random(raw.data(), raw.size());
    std::string text;
    text.reserve(bytes * 2);
    for (const unsigned char byte : raw) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

}  // namespace rtspcore
