// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace rtspcore::net {

// The bytes of one connection, whatever they travel in. Never blocks. Confined to the I/O thread of its connection;
// between rounds it may move to another.
class ByteStream {
public:
    enum class Outcome : uint8_t {
        Done,
        Blocked,  // the socket takes, or gives, nothing more now
        Broken,   // the connection is over: why() tells
    };
    struct Transfer {
        size_t size;  // bytes taken or given, also when it is not Done
        Outcome outcome;
    };
    // What read() has to be given room for.
    static constexpr size_t kReadSize = 64 * 1024;

    virtual ~ByteStream() = default;

    // Gives what there is, all of it: nothing stays behind of which the socket would not tell. Done with at least one
    // byte.
    virtual Transfer read(std::span<uint8_t> into) = 0;
    // Takes `bytes` from the front. What it took is its own to send: Blocked, whatever the size, until flush() is Done.
    virtual Transfer write(std::span<const uint8_t> bytes) = 0;
    // Sends what it took, and what it has to say itself.
    virtual Outcome flush() = 0;

    // To be watched. Owned by the stream.
    [[nodiscard]] virtual int fd() const = 0;
    // For the log.
    [[nodiscard]] virtual std::string why() const = 0;
};

}  // namespace rtspcore::net
