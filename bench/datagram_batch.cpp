// SPDX-License-Identifier: LGPL-2.1-or-later
#include "datagram_batch.h"

#include <algorithm>

namespace bench {

DatagramBatch::DatagramBatch() {
    for (size_t i = 0; i < kDatagrams; ++i) {
        vectors_[i] = {bytes_.data() + i * kDatagramSize, kDatagramSize};
        messages_[i].msg_hdr.msg_iov = &vectors_[i];
        messages_[i].msg_hdr.msg_iovlen = 1;
        messages_[i].msg_hdr.msg_control = controls_[i].data();
    }
}

const DatagramBatch &DatagramBatch::receive(int socket) {
    static DatagramBatch batch;
    batch.fill(socket);
    return batch;
}

void DatagramBatch::fill(int socket) {
    for (mmsghdr &message : messages_)
        message.msg_hdr.msg_controllen = sizeof(TimestampRoom);
    size_ = static_cast<size_t>(std::max(0, recvmmsg(socket, messages_.data(), messages_.size(), 0, nullptr)));
    if (size_ > 0)
        arrival_ = arrival_of(messages_[size_ - 1].msg_hdr);
}

}  // namespace bench
