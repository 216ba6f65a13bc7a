// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/relay.h"

#include <sys/epoll.h>

#include <utility>

namespace rtspcore::server {

namespace {

using Outcome = net::ByteStream::Outcome;

constexpr int kReadsPerRound = 8;  // others share the thread

}  // namespace

Relay::Relay(EventLoop &loop, std::unique_ptr<net::ByteStream> one, std::unique_ptr<net::ByteStream> other,
             std::function<void()> ended)
    : loop_(loop),
      one_(*this, std::move(one)),
      other_(*this, std::move(other)),
      ended_(std::move(ended)),
      buffer_(net::ByteStream::kReadSize) {
    for (Side *side : {&one_, &other_}) {
        side->interest = EPOLLIN;
        loop_.watch(side->stream->fd(), side->interest, *side);
    }
}

Relay::~Relay() {
    for (Side *side : {&one_, &other_})
        loop_.unwatch(side->stream->fd(), *side);
}

void Relay::Side::on_ready(uint32_t) {
    owner.pump();
}

void Relay::pump() {
    if (!carry(one_, other_) || !carry(other_, one_)) {
        const auto ended = std::exchange(ended_, nullptr);
        if (ended)
            ended();
        return;
    }
    follow_interest(one_, other_);
    follow_interest(other_, one_);
}

bool Relay::carry(Side &from, Side &to) {
    for (int reads = 0; reads < kReadsPerRound; ++reads) {
        if (!put(to))
            return false;
        if (!to.waiting.empty())
            return true;
        const auto [size, outcome] = from.stream->read(buffer_);
        if (outcome == Outcome::Broken)
            return false;
        if (size == 0)
            return true;
        to.waiting.assign(buffer_.begin(), buffer_.begin() + static_cast<ptrdiff_t>(size));
    }
    return put(to);
}

// Whether the side is there still.
bool Relay::put(Side &to) {
    if (to.stream->flush() == Outcome::Broken)
        return false;
    if (to.waiting.empty())
        return true;
    const auto [size, outcome] = to.stream->write(to.waiting);
    to.waiting.erase(to.waiting.begin(), to.waiting.begin() + static_cast<ptrdiff_t>(size));
    return outcome != Outcome::Broken;
}

void Relay::follow_interest(Side &side, const Side &other) {
    const bool has_unsent = !side.waiting.empty() || side.stream->flush() == Outcome::Blocked;
    const uint32_t interest = (other.waiting.empty() ? uint32_t{EPOLLIN} : 0u) | (has_unsent ? uint32_t{EPOLLOUT} : 0u);
    if (interest != side.interest)
        loop_.modify(side.stream->fd(), interest, side);
    side.interest = interest;
}

}  // namespace rtspcore::server
