// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/sei.h"

#include <cstddef>
#include <optional>

namespace rtspcore::rtp {

namespace {

constexpr uint32_t kRecoveryPoint = 6;

// The bytes of a NAL unit without the emulation prevention ones (ITU-T H.264 section 7.3.1): 00 00 03 stands for 00 00.
class RbspReader {
public:
    explicit RbspReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

    std::optional<uint8_t> next() {
        if (zeros_ >= 2 && at_ < bytes_.size() && bytes_[at_] == 3) {
            at_++;
            zeros_ = 0;
        }
        if (at_ == bytes_.size())
            return std::nullopt;
        const uint8_t byte = bytes_[at_++];
        zeros_ = byte == 0 ? zeros_ + 1 : 0;
        return byte;
    }

    bool skip(uint32_t count) {
        for (; count > 0; count--)
            if (!next())
                return false;
        return true;
    }

private:
    std::span<const uint8_t> bytes_;
    size_t at_ = 0;
    unsigned zeros_ = 0;
};

// Section 7.3.2.3.1: as many 0xff as fit, and the rest. At most 255 times the size of a packet, so it cannot overflow.
std::optional<uint32_t> read_number(RbspReader &reader) {
    uint32_t sum = 0;
    for (;;) {
        const auto byte = reader.next();
        if (!byte)
            return std::nullopt;
        sum += *byte;
        if (*byte != 0xff)
            return sum;
    }
}

}  // namespace

bool sei_has_recovery_point(std::span<const uint8_t> bytes) {
    RbspReader reader(bytes);
    for (;;) {
        const auto type = read_number(reader);
        const auto size = type ? read_number(reader) : std::nullopt;
        if (!size)
            return false;
        if (*type == kRecoveryPoint)
            return *size > 0;
        if (!reader.skip(*size))
            return false;
    }
}

}  // namespace rtspcore::rtp
