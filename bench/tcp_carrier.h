// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "base/unique_fd.h"
#include "carrier.h"

namespace bench {

// TCP as it is. Confined to one thread.
class TcpCarrier final : public Carrier {
public:
    explicit TcpCarrier(uint16_t port);

    bool send(std::string_view request) override;
    Received receive(std::span<uint8_t> into) override;
    [[nodiscard]] int fd() const override { return socket_.get(); }

private:
    rtspcore::UniqueFd socket_;
};

}  // namespace bench
