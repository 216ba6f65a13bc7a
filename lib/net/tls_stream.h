// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "base/unique_fd.h"
#include "net/byte_stream.h"

namespace rtspcore::net {

// The server's side of TLS on a connected socket. What it is given to write at once is sealed in as few records as
// there can be and leaves in one system call; sealed bytes that the socket does not take wait, at most those of one
// write(), and what TLS itself answers (to the handshake, to key updates): who makes it answer more than `kMostAnswers`
// and does not read is cut off.
class TlsStream : public ByteStream {
public:
    // More than any handshake has.
    static constexpr size_t kMostAnswers = 64 * 1024;

    // OpenSSL's way to the bytes of a stream: one does for any number of streams, on any threads.
    static std::shared_ptr<BIO_METHOD> make_io();

    // `io` is one of make_io(); `begin` is what was read from the socket already.
    TlsStream(UniqueFd fd, SSL_CTX &context, std::shared_ptr<BIO_METHOD> io, std::span<const uint8_t> begin);
    // Says close_notify, as far as the socket takes it.
    ~TlsStream() override;

    Transfer read(std::span<uint8_t> into) override;
    // Broken before the handshake is complete: a server has nothing to say until it was asked.
    Transfer write(std::span<const uint8_t> bytes) override;
    Outcome flush() override;
    [[nodiscard]] int fd() const override { return fd_.get(); }
    [[nodiscard]] std::string why() const override { return why_; }

private:
    friend struct TlsStreamIo;
    Transfer open_records(std::span<uint8_t> into);
    Outcome fail(int error);
    [[nodiscard]] bool leaves_answers_unread();

    UniqueFd fd_;
    std::shared_ptr<BIO_METHOD> io_;  // has to outlive what `ssl_` made of it
    std::unique_ptr<SSL, void (*)(SSL *)> ssl_;
    std::vector<uint8_t> begin_;
    std::span<const uint8_t> input_;  // for OpenSSL to take, while it is in a call
    std::vector<uint8_t> sealed_;
    size_t sealed_sent_ = 0;
    size_t answers_ = 0;  // bytes of what is sealed that were sealed while reading
    std::string why_;
    bool broken_ = false;
};

}  // namespace rtspcore::net
