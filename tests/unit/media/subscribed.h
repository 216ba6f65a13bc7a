// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "media/mailbox.h"
#include "media/mount.h"
#include "support/check_text.h"

namespace rtspcore::test {

inline constexpr uint8_t kSenderReport = 200;
inline constexpr uint8_t kGoodbye = 203;

inline std::deque<media::Delivery> taken(media::Mailbox &mailbox) {
    std::deque<media::Delivery> out;
    mailbox.take(out);
    return out;
}

// The packet types of a compound RTCP packet.
inline std::vector<uint8_t> types_of(const media::SharedBatch &batch) {
    const auto bytes = batch->packet(batch->extents().front());
    std::vector<uint8_t> types;
    for (size_t at = 0; at + 4 <= bytes.size(); at += 4 + size_t{4} * (bytes[at + 2] << 8 | bytes[at + 3]))
        types.push_back(bytes[at + 1]);
    return types;
}

inline bool has_type(const media::SharedBatch &batch, uint8_t type) {
    return batch && batch->is_rtcp() && std::ranges::count(types_of(batch), type) != 0;
}

// "S" a sender report, "B" a BYE, "0" media of track 0, "." a closing...
inline std::string letters_of(const std::deque<media::Delivery> &deliveries) {
    std::string letters;
    for (const media::Delivery &each : deliveries)
        letters += !each.batch                           ? '.'
                   : has_type(each.batch, kGoodbye)      ? 'B'
                   : has_type(each.batch, kSenderReport) ? 'S'
                                                         : static_cast<char>('0' + each.batch->track());
    return letters;
}

inline void assert_letters(media::Mailbox &mailbox, const char *expected) {
    assert_text(letters_of(taken(mailbox)), expected);
}

struct Subscribed {
    explicit Subscribed(media::MountConfig config = {}) : mount(media::Mount::create("/test", config)) {
        mount->subscribe(mailbox);
    }
    std::shared_ptr<media::Mount> mount;
    std::shared_ptr<media::Mailbox> mailbox = std::make_shared<media::Mailbox>();
};

}  // namespace rtspcore::test
