// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <openssl/ssl.h>

#include <cstdint>

#include "carrier.h"

namespace bench {

// The client's side of TLS 1.3 with the ciphers that OpenSSL prefers. Certificates are not checked: it connects to this
// machine only. Confined to one thread.
class TlsCarrier final : public Carrier {
public:
    explicit TlsCarrier(std::unique_ptr<Carrier> tcp);

    bool send(std::string_view request) override;
    Received receive(std::span<uint8_t> into) override;
    [[nodiscard]] int fd() const override { return tcp_->fd(); }
    [[nodiscard]] std::string cipher() const override;

private:
    bool flush();
    size_t open_records(std::span<uint8_t> into);

    std::unique_ptr<Carrier> tcp_;
    std::unique_ptr<SSL, void (*)(SSL *)> ssl_;
    std::string waiting_;  // for the end of the handshake
};

}  // namespace bench
