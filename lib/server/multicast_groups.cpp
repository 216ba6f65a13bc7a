// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/multicast_groups.h"

#include <utility>

#include "base/log.h"
#include "server/io_thread.h"
#include "server/multicast_membership.h"
#include "server/server.h"

namespace rtspcore::server {

IoThread &home_of(Server &server, const media::Mount &mount) {
    return server.thread(static_cast<unsigned>(mount.id() % server.io_thread_count()));
}

void MulticastGroups::join(const std::shared_ptr<media::Mount> &mount, GroupMember member) {
    if (thread_.is_stopping())
        return;
    if (MulticastGroup *group = find_or_open(mount, member.keys))
        group->add(std::move(member));
    else
        MulticastMembership::post_end(thread_.server().thread(member.thread), member);
}

MulticastGroup *MulticastGroups::find_or_open(const std::shared_ptr<media::Mount> &mount, const media::KeyOffer &keys) {
    if (const auto found = groups_.find(mount->id()); found != groups_.end())
        return found->second.get();
    auto opened = MulticastGroup::open(thread_, mount, keys);
    if (opened)
        return groups_.emplace(mount->id(), std::move(*opened)).first->second.get();
    CORE_WARNING("%s cannot be sent by multicast: %s", mount->path().c_str(), opened.error().message.c_str());
    return nullptr;
}

void MulticastGroups::begin(uint64_t mount) {
    if (const auto found = groups_.find(mount); found != groups_.end())
        found->second->begin();
}

void MulticastGroups::leave(uint64_t mount, unsigned thread, uint64_t number) {
    const auto found = groups_.find(mount);
    if (found == groups_.end())
        return;
    found->second->remove(thread, number);
    if (found->second->has_members())
        return;
    found->second->say_goodbye();
    groups_.erase(found);
}

void MulticastGroups::close(uint64_t mount) {
    const auto found = groups_.find(mount);
    if (found == groups_.end())
        return;
    found->second->say_goodbye();
    found->second->dismiss_members();
    groups_.erase(found);
}

void MulticastGroups::close_over() {
    std::vector<uint64_t> over;
    for (const auto &[mount, group] : groups_)
        if (const char *why = group->why_over()) {
            CORE_INFO("the group of %s ends: %s", group->mount()->path().c_str(), why);
            over.push_back(mount);
        }
    for (const uint64_t mount : over)
        close(mount);
}

void MulticastGroups::close_all() {
    while (!groups_.empty())
        close(groups_.begin()->first);
}

}  // namespace rtspcore::server
