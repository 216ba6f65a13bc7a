// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/tls_client.h"

#include <check.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>

namespace rtspcore::test {

TlsClient::TlsClient(int fd) : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), ssl_(nullptr, SSL_free) {
    ck_assert(context_ != nullptr);
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL does not keep it away when the server has closed
    SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ssl_.reset(SSL_new(context_.get()));
    ck_assert(ssl_ != nullptr && SSL_set_fd(ssl_.get(), fd) == 1);
    SSL_set_connect_state(ssl_.get());  // the handshake comes with the first read or write
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // the handshake's end and the first request go apart
    ck_assert_int_eq(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
}

ssize_t TlsClient::read(char *into, size_t size) {
    ERR_clear_error();
    return result_of(SSL_read(ssl_.get(), into, static_cast<int>(std::min<size_t>(size, INT_MAX))));
}

ssize_t TlsClient::write(const char *bytes, size_t size) {
    ERR_clear_error();
    return result_of(SSL_write(ssl_.get(), bytes, static_cast<int>(std::min<size_t>(size, INT_MAX))));
}

bool TlsClient::update_keys() {
    ERR_clear_error();
    return SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(ssl_.get()) == 1;
}

short TlsClient::awaited() const {
    return SSL_want_write(ssl_.get()) ? POLLOUT : POLLIN;
}

bool TlsClient::has_input() const {
    char byte = 0;
    ERR_clear_error();
    return SSL_peek(ssl_.get(), &byte, 1) == 1;
}

ssize_t TlsClient::result_of(int result) const {
    if (result > 0)
        return result;
    const int error = SSL_get_error(ssl_.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        return 0;
    errno = EAGAIN;
    return -1;
}

}  // namespace rtspcore::test
