// SPDX-License-Identifier: LGPL-2.1-or-later
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/tls_context.h"
#include "net/tls_stream.h"
#include "support/certificates.h"
#include "support/check_suite.h"
#include "support/temporary_folder.h"

using namespace rtspcore;
using net::ByteStream;
using net::TlsStream;
using Outcome = net::ByteStream::Outcome;
using Bytes = std::vector<uint8_t>;

namespace {

Bytes bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

Bytes pattern(size_t size) {
    Bytes bytes(size);
    for (size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<uint8_t>(i * 31 + i / 251);
    return bytes;
}

// OpenSSL as the client.
class Client {
public:
    explicit Client(UniqueFd fd)
        : fd_(std::move(fd)), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), ssl_(nullptr, SSL_free) {}

    SSL_CTX *context() { return context_.get(); }
    void begin() {
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_fd(ssl_.get(), fd_.get());
        SSL_set_connect_state(ssl_.get());
    }
    // What it says without being answered.
    void step() {
        ERR_clear_error();
        SSL_do_handshake(ssl_.get());
    }
    // Tells of new keys of its own, and asks for new ones of the peer.
    bool update_keys() {
        ERR_clear_error();
        return SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(ssl_.get()) == 1;
    }
    bool write(const Bytes &bytes) {
        ERR_clear_error();
        return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
    }
    // What has come, up to `most` bytes.
    Bytes read(size_t most = 1 << 20) {
        Bytes bytes(most);
        ERR_clear_error();
        const int got = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(most));
        last_error_ = SSL_get_error(ssl_.get(), got);
        bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
        return bytes;
    }
    [[nodiscard]] bool saw_orderly_end() const { return last_error_ == SSL_ERROR_ZERO_RETURN; }
    [[nodiscard]] SSL *ssl() { return ssl_.get(); }
    [[nodiscard]] int fd() const { return fd_.get(); }
    // Bytes as they are, round TLS.
    void write_raw(const Bytes &bytes) { ck_assert(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0); }
    Bytes read_raw() {
        Bytes bytes(1 << 16);
        const ssize_t got = ::recv(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
        return bytes;
    }

private:
    UniqueFd fd_;
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX *)> context_;
    std::unique_ptr<SSL, void (*)(SSL *)> ssl_;
    int last_error_ = 0;
};

struct Connected {
    explicit Connected(bool shakes_hands = true) {
        certificate.write_certificate(folder / "certificate.pem");
        certificate.write_key(folder / "key.pem");
        context = net::TlsContext::open({folder / "certificate.pem", folder / "key.pem", ""}).value();
        std::array<int, 2> ends{};
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
        stream = context->accept(UniqueFd(ends[0]), {});
        client = std::make_unique<Client>(UniqueFd(ends[1]));
        if (shakes_hands)
            shake_hands();
    }
    void shake_hands() {
        client->begin();
        for (int i = 0; i < 4 && !SSL_is_init_finished(client->ssl()); ++i) {
            client->step();
            ck_assert(stream->read(buffer).outcome == Outcome::Blocked);
        }
        client->step();
        ck_assert(SSL_is_init_finished(client->ssl()));
        stream->read(buffer);
    }
    Bytes read() {
        const auto got = stream->read(buffer);
        return {buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(got.size)};
    }

    test::TemporaryFolder folder;
    test::Certificate certificate{"localhost"};
    std::shared_ptr<net::TlsContext> context;
    std::unique_ptr<TlsStream> stream;
    std::unique_ptr<Client> client;
    Bytes buffer = Bytes(ByteStream::kReadSize);
};

size_t records_in(std::span<const uint8_t> sealed) {
    size_t records = 0;
    for (size_t at = 0; at + 5 <= sealed.size(); at += 5u + (sealed[at + 3] << 8 | sealed[at + 4]))
        ++records;
    return records;
}

}  // namespace

START_TEST(test_tls_stream_carries_bytes_both_ways) {
    Connected c;
    ck_assert(c.client->write(bytes_of("OPTIONS")));
    ck_assert(c.read() == bytes_of("OPTIONS"));
    ck_assert(c.stream->read(c.buffer).outcome == Outcome::Blocked);
    const Bytes reply = bytes_of("RTSP/1.0 200 OK");
    const auto written = c.stream->write(reply);
    ck_assert(written.outcome == Outcome::Done && written.size == reply.size());
    ck_assert(c.client->read() == reply);
}
END_TEST

START_TEST(test_tls_stream_goes_on_from_what_was_read_before) {
    Connected c(false);
    c.client->begin();
    c.client->step();
    const Bytes hello = c.client->read_raw();
    ck_assert_msg(hello.empty(), "what the client sends is at the server");
    Bytes begin(4096);
    const ssize_t got = ::recv(c.stream->fd(), begin.data(), begin.size(), MSG_DONTWAIT);
    ck_assert_int_gt(got, 0);
    begin.resize(static_cast<size_t>(got));
    c.stream = c.context->accept(UniqueFd(dup(c.stream->fd())), begin);
    ck_assert(c.stream->read(c.buffer).outcome == Outcome::Blocked);
    c.client->step();
    ck_assert(SSL_is_init_finished(c.client->ssl()));
}
END_TEST

// A batch of a key frame is many packets and few records.
START_TEST(test_tls_stream_seals_what_is_written_at_once_in_few_records) {
    Connected c;
    const Bytes frame = pattern(50'000);
    c.client->read_raw();
    ck_assert(c.stream->write(frame).outcome == Outcome::Done);
    Bytes sealed;
    for (Bytes more = c.client->read_raw(); !more.empty(); more = c.client->read_raw())
        sealed.insert(sealed.end(), more.begin(), more.end());
    ck_assert_uint_eq(records_in(sealed), 4);  // of 16 KiB at most
    ck_assert(std::search(sealed.begin(), sealed.end(), frame.begin(), frame.begin() + 16) == sealed.end());
}
END_TEST

START_TEST(test_tls_stream_full_socket_goes_on_where_it_was) {
    Connected c;
    const int little = 1;
    setsockopt(c.stream->fd(), SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    const Bytes frame = pattern(300'000);
    const auto first = c.stream->write(frame);
    ck_assert_msg(first.outcome == Outcome::Blocked && first.size == frame.size(), "it took all, and sent a part");
    const auto second = c.stream->write(bytes_of("next"));
    ck_assert_msg(second.outcome == Outcome::Blocked && second.size == 0, "more only when that has gone");
    Bytes received;
    const auto receive = [&] {
        for (Bytes more = c.client->read(); !more.empty(); more = c.client->read())
            received.insert(received.end(), more.begin(), more.end());
    };
    while (c.stream->flush() == Outcome::Blocked)
        receive();
    ck_assert(c.stream->write(bytes_of("next")).outcome == Outcome::Done);
    receive();
    Bytes expected = frame;
    expected.insert(expected.end(), {'n', 'e', 'x', 't'});
    ck_assert(received == expected);
}
END_TEST

START_TEST(test_tls_stream_reads_all_there_is_at_once) {
    Connected c;
    Bytes sent;
    for (int i = 0; i < 100; ++i) {
        const Bytes part = pattern(static_cast<size_t>(100 + i));
        ck_assert(c.client->write(part));
        sent.insert(sent.end(), part.begin(), part.end());
    }
    Bytes received;
    for (;;) {
        const auto got = c.stream->read(c.buffer);
        if (got.outcome != Outcome::Done)
            break;
        received.insert(received.end(), c.buffer.begin(), c.buffer.begin() + static_cast<ptrdiff_t>(got.size));
    }
    ck_assert(received == sent);
}
END_TEST

START_TEST(test_tls_stream_ends_in_order_both_ways) {
    Connected c;
    SSL_shutdown(c.client->ssl());
    ck_assert(c.stream->read(c.buffer).outcome == Outcome::Broken);
    Connected d;
    d.stream.reset();
    d.client->read();
    ck_assert_msg(d.client->saw_orderly_end(), "a truncated stream could not be told from one that ended");
}
END_TEST

START_TEST(test_tls_stream_refuses_what_is_no_tls) {
    const struct {
        const char *what;
        Bytes bytes;
    } cases[] = {
        {"garbage", bytes_of("\x16garbage that goes on for a while")},
        {"a record too large", {0x16, 3, 1, 0xff, 0xff, 1}},
        {"an alert", {0x15, 3, 1, 0, 2, 2, 40}},
    };
    for (const auto &each : cases) {
        Connected c(false);
        c.client->write_raw(each.bytes);
        ck_assert_msg(c.stream->read(c.buffer).outcome == Outcome::Broken, "%s", each.what);
        ck_assert_msg(c.stream->why().rfind("TLS: ", 0) == 0, "%s: %s", each.what, c.stream->why().data());
    }
}
END_TEST

START_TEST(test_tls_stream_does_not_accept_a_changed_record) {
    Connected c;
    ck_assert(c.client->write(bytes_of("secret")));
    Bytes sealed(1024);
    const ssize_t got = ::recv(c.stream->fd(), sealed.data(), sealed.size(), MSG_DONTWAIT);
    ck_assert_int_gt(got, 6);
    sealed.resize(static_cast<size_t>(got));
    sealed.back() ^= 1;
    c.client->write_raw(sealed);
    ck_assert(c.stream->read(c.buffer).outcome == Outcome::Broken);
}
END_TEST

START_TEST(test_tls_stream_says_nothing_before_the_handshake) {
    Connected c(false);
    ck_assert(c.stream->write(bytes_of("x")).outcome == Outcome::Broken);
    ck_assert(c.client->read_raw().empty());
}
END_TEST

// As such: that the ciphers are too new for them as well is told otherwise.
START_TEST(test_tls_stream_old_versions_are_refused) {
    Connected c(false);
    SSL_CTX_set_max_proto_version(c.client->context(), TLS1_1_VERSION);
    SSL_CTX_set_security_level(c.client->context(), 0);
    c.client->begin();
    c.client->step();
    ck_assert(c.stream->read(c.buffer).outcome == Outcome::Broken);
    ck_assert(c.stream->why() == "TLS: unsupported protocol");
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        Connected d(false);
        SSL_CTX_set_min_proto_version(d.client->context(), version);
        SSL_CTX_set_max_proto_version(d.client->context(), version);
        d.shake_hands();
    }
}
END_TEST

// OpenSSL's client ends what was refused, so that a storm is one of connections.
START_TEST(test_tls_stream_renegotiation_is_refused) {
    for (int round = 0; round < 50; ++round) {
        Connected c(false);
        SSL_CTX_set_max_proto_version(c.client->context(), TLS1_2_VERSION);
        c.shake_hands();
        SSL_renegotiate(c.client->ssl());
        bool was_refused = false;
        for (int i = 0; i < 4 && !was_refused; ++i) {
            c.client->step();
            was_refused = ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_NO_RENEGOTIATION;
            c.stream->read(c.buffer);
        }
        ck_assert_msg(was_refused, "round %d", round);
    }
}
END_TEST

START_TEST(test_tls_stream_follows_many_key_updates) {
    Connected c;
    for (int i = 0; i < 5000; ++i) {
        ck_assert(c.client->update_keys());
        ck_assert_msg(c.stream->read(c.buffer).outcome == Outcome::Blocked, "%d: %s", i, c.stream->why().c_str());
        ck_assert(c.client->read().empty());
    }
    ck_assert(c.client->write(bytes_of("OPTIONS")));
    ck_assert(c.read() == bytes_of("OPTIONS"));
    ck_assert(c.stream->write(bytes_of("RTSP/1.0 200 OK")).outcome == Outcome::Done);
    ck_assert(c.client->read() == bytes_of("RTSP/1.0 200 OK"));
}
END_TEST

// Each is answered with some 20 bytes.
START_TEST(test_tls_stream_peer_that_reads_no_answers_is_closed) {
    Connected c;
    const int little = 1;
    setsockopt(c.stream->fd(), SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    auto outcome = Outcome::Blocked;
    int updates = 0;
    for (; outcome == Outcome::Blocked && updates < 20'000; ++updates) {
        ck_assert(c.client->update_keys());
        outcome = c.stream->read(c.buffer).outcome;
    }
    ck_assert_msg(outcome == Outcome::Broken, "%d are answered", updates);
    ck_assert_int_gt(updates, 1000);
    ck_assert_msg(c.stream->why().find("answers") != std::string::npos, "%s", c.stream->why().c_str());
    ck_assert(c.stream->write(bytes_of("x")).outcome != Outcome::Done);
    ck_assert(c.stream->read(c.buffer).outcome == Outcome::Broken);
}
END_TEST

int main() {
    return test::run_suite(
        "tls_stream",
        {test_tls_stream_carries_bytes_both_ways, test_tls_stream_goes_on_from_what_was_read_before,
         test_tls_stream_seals_what_is_written_at_once_in_few_records, test_tls_stream_full_socket_goes_on_where_it_was,
         test_tls_stream_reads_all_there_is_at_once, test_tls_stream_ends_in_order_both_ways,
         test_tls_stream_refuses_what_is_no_tls, test_tls_stream_does_not_accept_a_changed_record,
         test_tls_stream_says_nothing_before_the_handshake, test_tls_stream_old_versions_are_refused,
         test_tls_stream_renegotiation_is_refused, test_tls_stream_follows_many_key_updates,
         test_tls_stream_peer_that_reads_no_answers_is_closed});
}
