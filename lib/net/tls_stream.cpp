// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace rtspcore::net {

namespace {

// What is read from the socket at once; with the part of a record that OpenSSL keeps it fits into kReadSize.
constexpr size_t kReadAtOnce = 32 * 1024;
constexpr size_t kRecordSize = 16 * 1024;
constexpr size_t kMostOverhead = 256;  // of a record: header, nonce, tag, padding

}  // namespace

// OpenSSL's way to the stream: it reads from the bytes at hand, and writes to those that wait to be sent.
struct TlsStreamIo {
    static TlsStream &stream_of(BIO *bio) { return *static_cast<TlsStream *>(BIO_get_data(bio)); }

    static int read(BIO *bio, char *into, size_t size, size_t *taken) {
        auto &input = stream_of(bio).input_;
        BIO_clear_retry_flags(bio);
        *taken = std::min(size, input.size());
        if (*taken == 0) {
            BIO_set_retry_read(bio);
            return 0;
        }
        std::memcpy(into, input.data(), *taken);
        input = input.subspan(*taken);
        return 1;
    }

    static int write(BIO *bio, const char *bytes, size_t size, size_t *taken) {
        auto &sealed = stream_of(bio).sealed_;
        const auto *begin = reinterpret_cast<const uint8_t *>(bytes);
        sealed.insert(sealed.end(), begin, begin + size);
        *taken = size;
        return 1;
    }

    static long control(BIO *, int command, long, void *) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
};

std::shared_ptr<BIO_METHOD> TlsStream::make_io() {
    std::shared_ptr<BIO_METHOD> io(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "rtspcore"), BIO_meth_free);
    BIO_meth_set_read_ex(io.get(), TlsStreamIo::read);
    BIO_meth_set_write_ex(io.get(), TlsStreamIo::write);
    BIO_meth_set_ctrl(io.get(), TlsStreamIo::control);
    return io;
}

TlsStream::TlsStream(UniqueFd fd, SSL_CTX &context, std::shared_ptr<BIO_METHOD> io, std::span<const uint8_t> begin)
    : fd_(std::move(fd)), io_(std::move(io)), ssl_(SSL_new(&context), SSL_free), begin_(begin.begin(), begin.end()) {
    BIO *bio = BIO_new(io_.get());
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_accept_state(ssl_.get());
}

TlsStream::~TlsStream() {
    if (broken_ || !SSL_is_init_finished(ssl_.get()))
        return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    flush();
}

ByteStream::Transfer TlsStream::read(std::span<uint8_t> into) {
    if (leaves_answers_unread())
        return {0, Outcome::Broken};
    std::array<uint8_t, kReadAtOnce> sealed;
    ssize_t got = 0;
    if (!begin_.empty()) {
        input_ = begin_;
    } else {
        got = ::recv(fd_.get(), sealed.data(), sealed.size(), MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
            return {0, Outcome::Blocked};
        if (got <= 0) {
            broken_ = true;
            why_ = got == 0 ? "closed by the peer" : "connection broken";
            return {0, Outcome::Broken};
        }
        input_ = std::span(sealed).first(static_cast<size_t>(got));
    }
    const size_t before = sealed_.size();
    const Transfer opened = open_records(into);
    answers_ += sealed_.size() - before;
    input_ = {};
    begin_ = {};
    // The handshake, alerts and key updates are answered while reading.
    if (flush() == Outcome::Broken && opened.size == 0)
        return {0, Outcome::Broken};
    return opened;
}

// A key update asks for an answer of its size, as often as the peer likes.
bool TlsStream::leaves_answers_unread() {
    if (answers_ <= kMostAnswers || flush() != Outcome::Blocked)
        return false;
    broken_ = true;
    why_ = "TLS: it does not read the answers that it asks for";
    return true;
}

ByteStream::Transfer TlsStream::open_records(std::span<uint8_t> into) {
    size_t size = 0;
    while (size < into.size()) {
        ERR_clear_error();
        size_t more = 0;
        const int done = SSL_read_ex(ssl_.get(), into.data() + size, into.size() - size, &more);
        if (done != 1) {
            const Outcome outcome = fail(SSL_get_error(ssl_.get(), done));
            // What came before the end is still to be answered; the end is met at the next read.
            return {size, size > 0 ? Outcome::Done : outcome};
        }
        size += more;
    }
    return {size, Outcome::Done};
}

ByteStream::Outcome TlsStream::fail(int error) {
    if (error == SSL_ERROR_WANT_READ)
        return Outcome::Blocked;
    broken_ = error != SSL_ERROR_ZERO_RETURN;
    const unsigned long reason = ERR_peek_error();
    const char *text = reason != 0 ? ERR_reason_error_string(reason) : nullptr;
    why_ = broken_ ? std::string("TLS: ") + (text ? text : "protocol error") : "closed by the peer";
    ERR_clear_error();
    return Outcome::Broken;
}

ByteStream::Transfer TlsStream::write(std::span<const uint8_t> bytes) {
    if (const Outcome outcome = flush(); outcome != Outcome::Done)
        return {0, outcome};
    if (!SSL_is_init_finished(ssl_.get()))
        return {0, Outcome::Broken};
    sealed_.reserve(bytes.size() + (bytes.size() / kRecordSize + 1) * kMostOverhead);
    ERR_clear_error();
    size_t taken = 0;
    if (const int done = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &taken); done != 1)
        return {0, fail(SSL_get_error(ssl_.get(), done))};
    return {taken, flush()};
}

ByteStream::Outcome TlsStream::flush() {
    while (sealed_sent_ < sealed_.size()) {
        const ssize_t sent = ::send(fd_.get(), sealed_.data() + sealed_sent_, sealed_.size() - sealed_sent_,
                                    MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) {
            sealed_sent_ += static_cast<size_t>(sent);
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
            return Outcome::Blocked;
        broken_ = true;
        why_ = "connection broken";
        return Outcome::Broken;
    }
    sealed_ = {};
    sealed_sent_ = 0;
    answers_ = 0;
    return Outcome::Done;
}

}  // namespace rtspcore::net
