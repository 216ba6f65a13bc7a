// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "media/mount.h"
#include "server/multicast_group.h"

namespace rtspcore::server {

class Server;

// The I/O thread that sends the group of a mount, always the same one.
IoThread &home_of(Server &server, const media::Mount &mount);

// The multicast groups that one I/O thread sends. Confined to it. A group is there as long as it has members.
class MulticastGroups {
public:
    explicit MulticastGroups(IoThread &thread) : thread_(thread) {}

    void join(const std::shared_ptr<media::Mount> &mount, GroupMember member);
    void begin(uint64_t mount);
    void leave(uint64_t mount, unsigned thread, uint64_t number);
    // The mount is over: the sessions of its group end.
    void close(uint64_t mount);
    void close_all();
    // Those that cannot go on.
    void close_over();

private:
    // Null if it cannot be opened.
    MulticastGroup *find_or_open(const std::shared_ptr<media::Mount> &mount, const media::KeyOffer &keys);

    IoThread &thread_;
    std::unordered_map<uint64_t, std::unique_ptr<MulticastGroup>> groups_;  // by Mount::id()
};

}  // namespace rtspcore::server
