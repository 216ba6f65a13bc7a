// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/srtp.h"

#include <srtp2/srtp.h>

#include <algorithm>
#include <cstring>

#include "base/random.h"

namespace rtspcore::rtp {

namespace {

// Joiners are sent what is older than what others were sent last; libsrtp refuses what its window does not reach.
constexpr unsigned long kWindow = 0x7fff;
constexpr size_t kRtcpHeader = 8;
constexpr size_t kSrtcpTrailer = 14;  // index and authentication tag (RFC 3711 section 3.4)
// libsrtp remembers every sender that proved itself; a client has one for each of its streams.
constexpr size_t kMostSenders = 16;

// libsrtp's own state is the process's. GStreamer's SRTP elements may have initialised it before us, which makes ours
// fail and does no harm, and they may be using it, so that it is never ended.
void initialise_library() {
    [[maybe_unused]] static const srtp_err_status_t status = srtp_init();
}

}  // namespace

SrtpKey SrtpKey::random() {
    SrtpKey key;
    for (size_t at = 0; at < kSize; at += sizeof(uint64_t)) {
        const uint64_t word = random_u64();
        std::memcpy(key.bytes.data() + at, &word, std::min(sizeof word, kSize - at));
    }
    return key;
}

void SrtpContext::Close::operator()(srtp_ctx_t_ *context) const {
    srtp_dealloc(context);
}

SrtpContext::SrtpContext(const SrtpKey &key, Direction direction) {
    initialise_library();
    SrtpKey copy = key;  // libsrtp takes a pointer to what it does not write to
    srtp_policy_t policy{};
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    policy.ssrc.type = direction == Direction::Out ? ssrc_any_outbound : ssrc_any_inbound;
    policy.key = copy.bytes.data();
    policy.window_size = direction == Direction::Out ? kWindow : 0;
    policy.allow_repeat_tx = direction == Direction::Out ? 1 : 0;
    srtp_t context = nullptr;
    if (srtp_create(&context, &policy) == srtp_err_status_ok)
        context_.reset(context);
}

std::span<const uint8_t> SrtpContext::apply(Transform *transform, std::span<const uint8_t> packet) {
    if (!context_)
        return {};
    const size_t words = (packet.size() + SRTP_MAX_TRAILER_LEN) / sizeof(uint64_t) + 1;
    scratch_.resize(std::max(scratch_.size(), words));
    std::memcpy(scratch_.data(), packet.data(), packet.size());
    int size = static_cast<int>(packet.size());
    if (transform(context_.get(), scratch_.data(), &size) != 0)
        return {};
    return {reinterpret_cast<const uint8_t *>(scratch_.data()), static_cast<size_t>(size)};
}

std::span<const uint8_t> SrtpSender::protect_rtp(std::span<const uint8_t> packet) {
    return apply([](srtp_ctx_t_ *context, void *bytes, int *size) -> int { return srtp_protect(context, bytes, size); },
                 packet);
}

std::span<const uint8_t> SrtpSender::protect_rtcp(std::span<const uint8_t> compound) {
    return apply(
        [](srtp_ctx_t_ *context, void *bytes, int *size) -> int { return srtp_protect_rtcp(context, bytes, size); },
        compound);
}

std::span<const uint8_t> SrtcpReceiver::open(std::span<const uint8_t> packet) {
    if (packet.size() < kRtcpHeader + kSrtcpTrailer)
        return {};
    const Ssrc sender = Ssrc{packet[4]} << 24 | Ssrc{packet[5]} << 16 | Ssrc{packet[6]} << 8 | Ssrc{packet[7]};
    const bool is_known = std::find(senders_.begin(), senders_.end(), sender) != senders_.end();
    if (!is_known && senders_.size() == kMostSenders)
        return {};
    const auto compound = apply(
        [](srtp_ctx_t_ *context, void *bytes, int *size) -> int { return srtp_unprotect_rtcp(context, bytes, size); },
        packet);
    if (!compound.empty() && !is_known)
        senders_.push_back(sender);
    return compound;
}

}  // namespace rtspcore::rtp
