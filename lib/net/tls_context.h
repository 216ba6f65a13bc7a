// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/guarded.h"
#include "base/result.h"
#include "net/tls_stream.h"

namespace rtspcore::net {

// PEM files. The certificate's has the chain behind it; the key's is not encrypted.
struct TlsFiles {
    std::string certificate;
    std::string key;        // empty: it is in the certificate's file
    std::string client_ca;  // not empty: clients show a certificate that one of these signed, or are refused

    bool operator==(const TlsFiles &) const = default;
};

enum class TlsError : uint8_t { Certificate, Key, ClientCa, Library };

// What the TLS connections of a server have in common: TLS 1.2 and 1.3, ciphers with forward secrecy and
// authentication, no compression, no renegotiation, no resumption. The files may change while it serves: connections
// that are made from then on get the new certificate. Safe.
class TlsContext {
public:
    static Result<std::shared_ptr<TlsContext>, TlsError> open(TlsFiles files);

    // The server's side of a connection on `fd`, from which `begin` was read already. It keeps the certificate that it
    // began with, whatever the files say later.
    std::unique_ptr<TlsStream> accept(UniqueFd fd, std::span<const uint8_t> begin);
    // What the next connection gets.
    [[nodiscard]] std::shared_ptr<SSL_CTX> current() { return state_.lock()->context; }
    // Looks whether the files changed, and loads them anew. When they cannot be used, for instance because only one of
    // them is there yet, what there was stays, with a warning. A few system calls that do not wait: cheap enough for
    // once a second.
    void refresh();

private:
    // Tells whether a file is another one than before.
    using Fingerprint = std::string;
    struct State {
        std::shared_ptr<SSL_CTX> context;
        Fingerprint files;
    };
    explicit TlsContext(TlsFiles files) : files_(std::move(files)) {}
    [[nodiscard]] Fingerprint fingerprint() const;

    const TlsFiles files_;
    const std::shared_ptr<BIO_METHOD> stream_io_ = TlsStream::make_io();
    Guarded<State> state_;
};

}  // namespace rtspcore::net
