// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/mikey.h"

#include <algorithm>
#include <optional>

#include "rtp/big_endian.h"

namespace rtspcore::rtp {

namespace {

using Bytes = std::span<const uint8_t>;

// Takes from the front; once something was missing, everything is.
class Reader {
public:
    explicit Reader(Bytes bytes) : left_(bytes) {}

    uint8_t octet() {
        const Bytes one = take(1);
        return one.empty() ? 0 : one[0];
    }
    size_t length() {
        const Bytes two = take(2);
        return two.empty() ? 0 : load_u16(two, 0);
    }
    Bytes take(size_t count) {
        failed_ = failed_ || count > left_.size();
        if (failed_)
            return {};
        const Bytes taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }
    [[nodiscard]] bool is_empty() const { return left_.empty(); }
    [[nodiscard]] bool failed() const { return failed_; }

private:
    Bytes left_;
    bool failed_ = false;
};

// Section 6.1 and on: what `next payload` says.
enum Payload : uint8_t {
    kLast = 0,
    kKemac = 1,
    kTime = 5,
    kId = 6,
    kPolicy = 10,
    kRandom = 11,
    kKeyData = 20,
    kExtension = 21
};

struct Found {
    std::optional<SrtpKey> key;
    bool is_other_cipher = false;
};

// Section 6.10.1.A: what differs from AES_CM_128_HMAC_SHA1_80.
bool is_ours(uint8_t parameter, Bytes value) {
    static constexpr struct {
        uint8_t parameter;
        uint8_t value;
    } kOurs[] = {
        {0, 1},    // encryption: AES-CM
        {1, 16},   // its key
        {2, 1},    // authentication: HMAC-SHA-1
        {3, 20},   // its key
        {3, 10},   // GStreamer writes the length of the tag there
        {4, 14},   // the salt
        {7, 1},    // SRTP is encrypted
        {8, 1},    // SRTCP is encrypted
        {10, 1},   // SRTP is authenticated
        {11, 10},  // by a tag of that length
    };
    const auto is_of = [&](const auto &ours) { return ours.parameter == parameter; };
    return std::ranges::none_of(kOurs, is_of) || std::ranges::any_of(kOurs, [&](const auto &ours) {
               return is_of(ours) && value.size() == 1 && value[0] == ours.value;
           });
}

// SP, section 6.10.
void read_policy(Reader &reader, Found &found) {
    reader.take(1);  // number
    const bool is_srtp = reader.octet() == 0;
    Reader parameters(reader.take(reader.length()));
    while (!parameters.is_empty() && !parameters.failed()) {
        const uint8_t parameter = parameters.octet();
        const Bytes value = parameters.take(parameters.octet());
        found.is_other_cipher = found.is_other_cipher || !is_ours(parameter, value);
    }
    found.is_other_cipher = found.is_other_cipher || !is_srtp || parameters.failed();
}

// Key data, section 6.13: a TEK, whose salt is behind it or stands by itself.
std::optional<SrtpKey> read_key(Bytes key_data) {
    constexpr uint8_t kTek = 2;
    constexpr uint8_t kTekAndSalt = 3;
    Reader reader(key_data);
    reader.take(1);  // next payload: of several the first is taken
    const auto type = static_cast<uint8_t>(reader.octet() >> 4);
    const Bytes key = reader.take(reader.length());
    const Bytes salt = type == kTekAndSalt ? reader.take(reader.length()) : Bytes();
    if (reader.failed() || (type != kTek && type != kTekAndSalt) || key.size() + salt.size() != SrtpKey::kSize)
        return std::nullopt;
    SrtpKey result;
    std::ranges::copy(salt, std::ranges::copy(key, result.bytes.begin()).out);
    return result;
}

// KEMAC, section 6.2.
void read_kemac(Reader &reader, Found &found) {
    constexpr size_t kSha1 = 20;
    const uint8_t encryption = reader.octet();
    const Bytes data = reader.take(reader.length());
    reader.take(reader.octet() == 0 ? 0 : kSha1);
    if (encryption == 0 && !found.key)
        found.key = read_key(data);
}

// T, section 6.6.
void skip_time(Reader &reader) {
    constexpr uint8_t kCounter = 2;
    reader.take(reader.octet() == kCounter ? 4 : 8);
}

// False for a payload that is not known: where it ends is not known either.
bool read_payload(uint8_t type, Reader &reader, Found &found) {
    switch (type) {
        case kKemac:
            read_kemac(reader, found);
            return true;
        case kTime:
            skip_time(reader);
            return true;
        case kPolicy:
            read_policy(reader, found);
            return true;
        case kRandom:
            reader.take(reader.octet());
            return true;
        case kId:
        case kExtension:
            reader.take(1);
            reader.take(reader.length());
            return true;
        default:
            return false;
    }
}

// The common header, section 6.1; gives the type of the first payload.
std::optional<uint8_t> read_header(Reader &reader) {
    constexpr uint8_t kVersion = 1;
    constexpr size_t kSession = 9;  // policy, SSRC, rollover counter
    const bool is_known = reader.octet() == kVersion;
    reader.take(1);  // data type
    const uint8_t next = reader.octet();
    reader.take(1 + 4);  // PRF, crypto session bundle
    const size_t sessions = reader.octet();
    const bool is_srtp = reader.octet() == 0;
    reader.take(sessions * kSession);
    return is_known && is_srtp && !reader.failed() ? std::optional(next) : std::nullopt;
}

}  // namespace

Result<SrtpKey, MikeyError> read_mikey(std::span<const uint8_t> message) {
    const Failure malformed{MikeyError::Malformed, std::string("expected a MIKEY message for SRTP (RFC 3830)")};
    Reader reader(message);
    const auto first = read_header(reader);
    if (!first)
        return malformed;
    Found found;
    for (uint8_t type = *first; type != kLast;) {
        const uint8_t next = reader.octet();
        if (!read_payload(type, reader, found) || reader.failed())
            return malformed;
        type = next;
    }
    if (found.is_other_cipher)
        return Failure{MikeyError::OtherCipher,
                       std::string("the MIKEY message is not for AES_CM_128_HMAC_SHA1_80, which is what is spoken")};
    if (!found.key)
        return Failure{MikeyError::NoKey,
                       std::string("the MIKEY message has no TEK of 16 bytes with a salt of 14 that is "
                                   "told as it is")};
    return *found.key;
}

}  // namespace rtspcore::rtp
