// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>

namespace rtspcore::test {

// The client's side of TLS on a connected socket, which is borrowed, and does not block from here on. Takes any
// certificate. Reading and writing are like recv(2) and send(2): 0 is the end, and -1 with EAGAIN means to wait for the
// socket.
class TlsClient {
public:
    explicit TlsClient(int fd);

    ssize_t read(char *into, size_t size);
    ssize_t write(const char *bytes, size_t size);
    // New keys of its own (TLS 1.3), asking the server for new ones; whether that was sent.
    bool update_keys();
    // What to wait for after EAGAIN: POLLIN or POLLOUT.
    [[nodiscard]] short awaited() const;
    // Whether read() gives something now.
    [[nodiscard]] bool has_input() const;

private:
    [[nodiscard]] ssize_t result_of(int result) const;

    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX *)> context_;
    std::unique_ptr<SSL, void (*)(SSL *)> ssl_;
};

}  // namespace rtspcore::test
