// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http_opening.h"

#include <algorithm>
#include <utility>

namespace bench {

bool HttpOpening::begin(Carrier &carrier) {
    const std::string request = std::exchange(request_, {});
    return request.empty() || carrier.send(request);
}

void HttpOpening::take_head(Carrier::Received &received, std::span<uint8_t> into) {
    if (is_over_)
        return;
    const size_t before = head_.size();
    head_.append(reinterpret_cast<const char *>(into.data()), received.size);
    size_t size = 0;
    const auto response = RtspResponse::parse(head_, size);
    if (!response) {
        received.size = 0;
        return;
    }
    is_over_ = true;
    received.open = received.open && response->status == expected_status_;
    const auto rest = into.subspan(size - before, received.size - (size - before));
    std::copy(rest.begin(), rest.end(), into.begin());
    received.size = rest.size();
    head_.clear();
}

}  // namespace bench
