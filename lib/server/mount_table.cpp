// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/mount_table.h"

#include <algorithm>
#include <utility>

namespace rtspcore::server {

Result<void, MountError> MountTable::add(const void *owner, const std::shared_ptr<media::Mount> &mount, bool complete) {
    std::shared_ptr<media::Mount> replaced;
    {
        auto content = content_.lock();
        auto &entry = content->entries[mount->path()];
        if (entry.mount && entry.owner != owner)
            return Failure{MountError::PathTaken,
                           "the path '" + mount->path() + "' is served by another element already"};
        replaced = std::exchange(entry.mount, mount);
        entry.owner = owner;
        entry.complete = complete;
    }
    if (replaced && replaced != mount)
        replaced->close();
    change_hook_();
    return {};
}

void MountTable::remove(const void *owner, const std::string &path) {
    std::shared_ptr<media::Mount> removed;
    {
        auto content = content_.lock();
        const auto found = content->entries.find(path);
        if (found == content->entries.end() || found->second.owner != owner)
            return;
        removed = std::move(found->second.mount);
        content->entries.erase(found);
    }
    removed->close();
    change_hook_();
}

void MountTable::remove_all(const void *owner) {
    std::vector<std::shared_ptr<media::Mount>> removed;
    {
        auto content = content_.lock();
        std::erase_if(content->entries, [&](auto &item) {
            const bool is_owned = item.second.owner == owner;
            if (is_owned)
                removed.push_back(std::move(item.second.mount));
            return is_owned;
        });
        content->undecided.erase(owner);
    }
    for (const auto &mount : removed)
        mount->close();
    change_hook_();
}

void MountTable::set_complete(const void *owner, const std::string &path, bool complete) {
    {
        auto content = content_.lock();
        const auto found = content->entries.find(path);
        if (found == content->entries.end() || found->second.owner != owner || found->second.complete == complete)
            return;
        found->second.complete = complete;
    }
    change_hook_();
}

void MountTable::set_undecided_pads(const void *owner, unsigned count) {
    {
        auto content = content_.lock();
        if (count > 0)
            content->undecided[owner] = count;
        else
            content->undecided.erase(owner);
    }
    change_hook_();
}

MountTable::Lookup MountTable::find(const std::string &path) {
    auto content = content_.lock();
    const auto found = content->entries.find(path);
    if (found == content->entries.end())
        return {nullptr, !content->undecided.empty()};
    return {found->second.mount, !found->second.complete};
}

std::vector<std::shared_ptr<media::Mount>> MountTable::all() {
    auto content = content_.lock();
    std::vector<std::shared_ptr<media::Mount>> mounts;
    for (const auto &[path, entry] : content->entries)
        mounts.push_back(entry.mount);
    return mounts;
}

}  // namespace rtspcore::server
