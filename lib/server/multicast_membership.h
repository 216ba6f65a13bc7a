// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "server/multicast_group.h"
#include "server/rtp_info.h"

namespace rtspcore::server {

class Connection;
class IoThread;
class Session;

// That a session plays by multicast: from construction to destruction the group of its mount has it as a member, and so
// is sent. Confined to the session's I/O thread; the group may be on another one, which is told by its loop.
class MulticastMembership {
public:
    // PLAY came on `connection`, and is resumed when first() is known. Null when the group is sent with other keys than
    // those of the session.
    static std::unique_ptr<MulticastMembership> join(IoThread &thread, const Session &session,
                                                     const Connection &connection);
    ~MulticastMembership();
    MulticastMembership(const MulticastMembership &) = delete;
    MulticastMembership &operator=(const MulticastMembership &) = delete;

    // What the session is sent first, once the group has told.
    [[nodiscard]] const std::optional<FirstPackets> &first() const { return first_; }
    // PLAY is answered: the group may send.
    void begin();
    [[nodiscard]] bool has_begun() const { return begun_; }

    // For the group. Safe: `thread` is told what has become of that member.
    static void post_first(IoThread &thread, const GroupMember &member, FirstPackets first);
    static void post_touch(IoThread &thread, const GroupMember &member);
    static void post_end(IoThread &thread, const GroupMember &member);

private:
    MulticastMembership(IoThread &thread, const Session &session, const Connection &connection);
    static Session *find(IoThread &thread, const GroupMember &member);

    IoThread &home_;
    const std::shared_ptr<media::Mount> mount_;
    const GroupMember member_;
    std::optional<FirstPackets> first_;
    bool begun_ = false;
};

}  // namespace rtspcore::server
