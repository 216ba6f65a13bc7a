// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

#include "carrier.h"

namespace bench {

// The HTTP request and response with which a connection begins that then carries something else. Confined to one
// thread.
class HttpOpening {
public:
    HttpOpening(std::string request, int expected_status)
        : request_(std::move(request)), expected_status_(expected_status) {}

    // Sends the request, the first time.
    bool begin(Carrier &carrier);
    // Takes the head of the response off the front of what was received into `into`. Another status is the end.
    void take_head(Carrier::Received &received, std::span<uint8_t> into);
    [[nodiscard]] bool is_over() const { return is_over_; }

private:
    std::string request_;
    const int expected_status_;
    std::string head_;  // what there is of it
    bool is_over_ = false;
};

}  // namespace bench
