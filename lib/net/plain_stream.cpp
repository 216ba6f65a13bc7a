// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/plain_stream.h"

#include <sys/socket.h>

#include <cerrno>

namespace rtspcore::net {

ByteStream::Transfer PlainStream::read(std::span<uint8_t> into) {
    const ssize_t got = ::recv(fd_.get(), into.data(), into.size(), MSG_DONTWAIT);
    if (got > 0)
        return {static_cast<size_t>(got), Outcome::Done};
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return {0, Outcome::Blocked};
    closed_ = got == 0;
    return {0, Outcome::Broken};
}

ByteStream::Transfer PlainStream::write(std::span<const uint8_t> bytes) {
    for (;;) {
        const ssize_t taken = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (taken >= 0) {
            const auto size = static_cast<size_t>(taken);
            return {size, size == bytes.size() ? Outcome::Done : Outcome::Blocked};
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
            return {0, Outcome::Blocked};
        if (errno != EINTR)
            return {0, Outcome::Broken};
    }
}

}  // namespace rtspcore::net
