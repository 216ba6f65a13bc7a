// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/multicast_membership.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "server/connection.h"
#include "server/io_thread.h"
#include "server/server.h"

namespace rtspcore::server {

namespace {

uint64_t next_number() {
    static std::atomic<uint64_t> next{1};
    return next.fetch_add(1, std::memory_order_relaxed);
}

// Each once, or a report could be said again as one of another stream.
std::vector<rtp::SrtpKey> srtcp_keys(const Session &session) {
    std::vector<rtp::SrtpKey> keys;
    for (const auto &[index, stream] : session.streams())
        if (stream.srtcp && std::ranges::find(keys, stream.srtcp->key()) == keys.end())
            keys.push_back(stream.srtcp->key());
    return keys;
}

}  // namespace

std::unique_ptr<MulticastMembership> MulticastMembership::join(IoThread &thread, const Session &session,
                                                               const Connection &connection) {
    if (!session.mount()->keys().join_group(session.keys().protection))
        return nullptr;
    return std::unique_ptr<MulticastMembership>(new MulticastMembership(thread, session, connection));
}

MulticastMembership::MulticastMembership(IoThread &thread, const Session &session, const Connection &connection)
    : home_(home_of(thread.server(), *session.mount())),
      mount_(session.mount()),
      member_{thread.index(),  next_number(),       session.id(),   connection.peer(),
              connection.id(), thread.loop().now(), session.keys(), srtcp_keys(session)} {
    mount_->add_viewer(media::ViewerCopy::OfGroup);
    home_.loop().post([&home = home_, mount = mount_, member = member_] { home.groups().join(mount, member); });
}

MulticastMembership::~MulticastMembership() {
    mount_->remove_viewer(media::ViewerCopy::OfGroup);
    home_.loop().post([&home = home_, mount = mount_->id(), thread = member_.thread, number = member_.number] {
        home.groups().leave(mount, thread, number);
    });
    // After it has left: who joins next may have other keys.
    mount_->keys().leave_group();
}

void MulticastMembership::begin() {
    if (!std::exchange(begun_, true))
        home_.loop().post([&home = home_, mount = mount_->id()] { home.groups().begin(mount); });
}

Session *MulticastMembership::find(IoThread &thread, const GroupMember &member) {
    Session *session = thread.sessions().find(member.session);
    const bool is_member = session && session->membership() && session->membership()->member_.number == member.number;
    return is_member ? session : nullptr;
}

void MulticastMembership::post_first(IoThread &thread, const GroupMember &member, FirstPackets first) {
    thread.loop().post([&thread, member, packets = std::move(first)] {
        Session *session = find(thread, member);
        if (!session)
            return;
        session->membership()->first_ = packets;
        thread.resume(member.connection);
    });
}

void MulticastMembership::post_touch(IoThread &thread, const GroupMember &member) {
    thread.loop().post([&thread, member] {
        if (Session *session = find(thread, member))
            session->touch(thread.loop().now());
    });
}

void MulticastMembership::post_end(IoThread &thread, const GroupMember &member) {
    thread.loop().post([&thread, member] {
        Session *session = find(thread, member);
        if (!session)
            return;
        thread.end_session(*session);
        thread.resume(member.connection);  // a PLAY that waits is told
    });
}

}  // namespace rtspcore::server
