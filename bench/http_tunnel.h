// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "http_opening.h"

namespace bench {

// The client's side of RTSP over HTTP: what the server says comes over a connection that begins with GET, what the
// client says goes in Base64 over one that begins with POST, and a cookie tells that they belong together. Confined to
// one thread.
class HttpTunnel final : public Carrier {
public:
    // The second connection is TCP as it is: nobody reads from it.
    HttpTunnel(std::unique_ptr<Carrier> get, std::unique_ptr<Carrier> post)
        : HttpTunnel(std::move(get), std::move(post), next_cookie()) {}

    bool send(std::string_view request) override;
    Received receive(std::span<uint8_t> into) override;
    [[nodiscard]] int fd() const override { return get_->fd(); }

private:
    HttpTunnel(std::unique_ptr<Carrier> get, std::unique_ptr<Carrier> post, const std::string &cookie);
    static std::string next_cookie();
    bool flush();

    std::unique_ptr<Carrier> get_;
    std::unique_ptr<Carrier> post_;
    HttpOpening opening_;
    std::string waiting_;  // for the GET to be answered: a POST before that would be nobody's
};

}  // namespace bench
