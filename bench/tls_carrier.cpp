// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tls_carrier.h"

#include <openssl/err.h>

#include <algorithm>
#include <vector>

namespace bench {

namespace {

using Context = std::unique_ptr<SSL_CTX, void (*)(SSL_CTX *)>;

// RFC 8446 section 5.1; what a record that was not whole yet may add to what is read.
constexpr size_t kLargestRecord = 16UL * 1024;

SSL_CTX *shared_context() {
    static const Context context = [] {
        Context made(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
        SSL_CTX_set_min_proto_version(made.get(), TLS1_3_VERSION);
        SSL_CTX_set_mode(made.get(), SSL_MODE_RELEASE_BUFFERS);
        return made;
    }();
    return context.get();
}

// One for all connections, as the buffer that records are opened into.
std::span<uint8_t> shared_buffer() {
    static std::vector<uint8_t> buffer(256UL * 1024);
    return buffer;
}

// Where OpenSSL reads the records from; when they are used up more will come.
BIO *input_of(std::span<const uint8_t> records) {
    BIO *bio = BIO_new_mem_buf(records.data(), static_cast<int>(records.size()));
    BIO_set_mem_eof_return(bio, -1);
    return bio;
}

}  // namespace

TlsCarrier::TlsCarrier(std::unique_ptr<Carrier> tcp) : tcp_(std::move(tcp)), ssl_(SSL_new(shared_context()), SSL_free) {
    SSL_set_connect_state(ssl_.get());
    SSL_set0_rbio(ssl_.get(), input_of(shared_buffer().first(0)));
    SSL_set0_wbio(ssl_.get(), BIO_new_socket(tcp_->fd(), BIO_NOCLOSE));
}

bool TlsCarrier::send(std::string_view request) {
    waiting_ += request;
    return flush();
}

bool TlsCarrier::flush() {
    ERR_clear_error();
    if (!SSL_is_init_finished(ssl_.get()))
        if (const int done = SSL_do_handshake(ssl_.get()); done != 1)
            return SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ;
    size_t written = 0;
    if (!waiting_.empty() && SSL_write_ex(ssl_.get(), waiting_.data(), waiting_.size(), &written) != 1)
        return false;
    waiting_.clear();
    return true;
}

Carrier::Received TlsCarrier::receive(std::span<uint8_t> into) {
    if (into.size() <= kLargestRecord)
        return {0, false, {}};
    const auto room = shared_buffer().first(std::min(shared_buffer().size(), into.size() - kLargestRecord));
    Received received = tcp_->receive(room);
    SSL_set0_rbio(ssl_.get(), input_of(room.first(received.size)));
    received.open = received.open && flush();
    received.size = received.open ? open_records(into) : 0;
    received.open = received.open && SSL_get_shutdown(ssl_.get()) == 0;
    return received;
}

size_t TlsCarrier::open_records(std::span<uint8_t> into) {
    size_t size = 0;
    for (size_t more = 0; SSL_read_ex(ssl_.get(), into.data() + size, into.size() - size, &more) == 1; more = 0)
        size += more;
    return size;
}

std::string TlsCarrier::cipher() const {
    if (!SSL_is_init_finished(ssl_.get()))
        return {};
    return std::string(SSL_get_version(ssl_.get())) + " " + SSL_get_cipher_name(ssl_.get());
}

}  // namespace bench
