// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/mailbox.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <utility>

namespace rtspcore::media {

Mailbox::Mailbox() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Mailbox::put(Delivery delivery) {
    auto content = content_.lock();
    content->bytes += delivery.batch ? delivery.batch->footprint() : 0;
    content->deliveries.push_back(std::move(delivery));
    while (content->deliveries.size() > kCapacity || content->bytes > kMaxBytes) {
        if (!drop_oldest(*content))
            return;
        overflows_.fetch_add(1, std::memory_order_relaxed);
    }
}

// Closings are never dropped: they come once. False when there is nothing else.
bool Mailbox::drop_oldest(Content &content) {
    const auto oldest = std::find_if(content.deliveries.begin(), content.deliveries.end(),
                                     [](const Delivery &delivery) { return delivery.batch != nullptr; });
    if (oldest == content.deliveries.end())
        return false;
    content.bytes -= oldest->batch->footprint();
    content.deliveries.erase(oldest);
    return true;
}

void Mailbox::wake() {
    if (!told_.exchange(true, std::memory_order_acq_rel))
        eventfd_write(fd_.get(), 1);
}

void Mailbox::take(std::deque<Delivery> &out) {
    out.clear();
    eventfd_t ignored = 0;
    eventfd_read(fd_.get(), &ignored);
    told_.store(false, std::memory_order_release);
    auto content = content_.lock();
    std::swap(content->deliveries, out);
    content->bytes = 0;
}

}  // namespace rtspcore::media
