// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/mount_table.h"

#include <algorithm>
#include <utility>

#include "rtsp/via.h"

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
        content->expected.erase(owner);
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

void MountTable::set_expected(const void *owner, Expected paths) {
    std::vector<std::pair<DemandHook, Demand>> told;
    {
        auto content = content_.lock();
        for (const auto &[path, expectation] : paths)
            told.emplace_back(expectation.demand, demand_of(*content, path));
        std::swap(content->expected[owner], paths);
    }
    for (const auto &[hook, demand] : told)
        hook(demand);
}

MountTable::Want MountTable::wait_for(const std::string &path) {
    change_wants(path, [](Wants &wants) { ++wants.waiting; });
    return {this, [this, path](const void *) { change_wants(path, [](Wants &wants) { --wants.waiting; }); }};
}

MountTable::Want MountTable::watch_via(const std::string &path, const std::string &via) {
    change_wants(path, [&](Wants &wants) { wants.vias.insert(via); });
    return {this,
            [this, path, via](const void *) { change_wants(path, [&](Wants &wants) { wants.vias.extract(via); }); }};
}

void MountTable::change_wants(const std::string &path, const std::function<void(Wants &)> &change) {
    std::vector<DemandHook> hooks;
    Demand demand;
    {
        auto content = content_.lock();
        const auto wants = content->wants.try_emplace(path).first;
        change(wants->second);
        if (wants->second.waiting == 0 && wants->second.vias.empty())
            content->wants.erase(wants);
        demand = demand_of(*content, path);
        hooks = hooks_of(*content, path);
    }
    for (const auto &hook : hooks)
        hook(demand);
}

MountTable::Demand MountTable::demand_of(Content &content, const std::string &path) {
    Demand demand;
    demand.number = ++content.demands;
    const auto wants = content.wants.find(path);
    if (wants == content.wants.end())
        return demand;
    demand.waiting = wants->second.waiting;
    size_t most = 0;
    for (const std::string &via : wants->second.vias) {
        const size_t proxies = rtsp::proxies_in(via).size();
        if (proxies > most)
            demand.via = via;
        most = std::max(most, proxies);
    }
    return demand;
}

bool MountTable::is_fed_by(const std::string &path, std::string_view via) {
    auto content = content_.lock();
    for (const auto &[owner, paths] : content->expected) {
        const auto found = paths.find(path);
        if (found == paths.end())
            continue;
        const auto &sources = found->second.sources;
        if (std::any_of(sources.begin(), sources.end(), [&](const auto &name) { return rtsp::names_proxy(via, name); }))
            return true;
    }
    return false;
}

std::vector<MountTable::DemandHook> MountTable::hooks_of(const Content &content, const std::string &path) {
    std::vector<DemandHook> hooks;
    for (const auto &[owner, paths] : content.expected)
        if (const auto found = paths.find(path); found != paths.end())
            hooks.push_back(found->second.demand);
    return hooks;
}

bool MountTable::is_expected(const Content &content, const std::string &path) {
    return std::any_of(content.expected.begin(), content.expected.end(),
                       [&](const auto &owner) { return owner.second.contains(path); });
}

MountTable::Lookup MountTable::find(const std::string &path) {
    auto content = content_.lock();
    const auto found = content->entries.find(path);
    if (found == content->entries.end())
        return {nullptr, !content->undecided.empty() || is_expected(*content, path), is_expected(*content, path)};
    return {found->second.mount, !found->second.complete, true};
}

std::vector<std::shared_ptr<media::Mount>> MountTable::all() {
    auto content = content_.lock();
    std::vector<std::shared_ptr<media::Mount>> mounts;
    for (const auto &[path, entry] : content->entries)
        mounts.push_back(entry.mount);
    return mounts;
}

}  // namespace rtspcore::server
