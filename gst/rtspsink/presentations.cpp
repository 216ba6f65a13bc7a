// SPDX-License-Identifier: LGPL-2.1-or-later
#include "presentations.h"

#include <algorithm>
#include <set>

#include "rtp_caps.h"

namespace rtspsink {

using rtspcore::media::Mount;
using rtspcore::media::MountConfig;
using rtspcore::media::TrackConfig;
using rtspcore::server::MountTable;
using rtspcore::server::Server;
using rtspcore::server::access::MappingRules;
using rtspcore::server::access::Users;

void Presentations::Member::forget() {
    path.clear();
    away = false;
    config = {};
    track.reset();
    payload_type = -1;
    feed->switch_track(nullptr);
}

Presentations::Member *Presentations::find(State &state, const PacketFeed &stream) {
    const auto found = std::find_if(state.members.begin(), state.members.end(),
                                    [&](const Member &member) { return member.feed == &stream; });
    return found == state.members.end() ? nullptr : &*found;
}

void Presentations::announce(MountTable &table) {
    table.set_undecided_pads(this, undecided_pads(*state_.lock()));
}

void Presentations::open(std::shared_ptr<Server> server) {
    auto state = state_.lock();
    state->server = std::move(server);
    guard(*state);
    refresh(*state);
}

void Presentations::configure(const MountConfig &config) {
    state_.lock()->config = config;
}

void Presentations::stop() {
    auto state = state_.lock();
    end_mounts(*state);
    refresh(*state);
}

void Presentations::close() {
    std::shared_ptr<Server> server;
    {
        auto state = state_.lock();
        end_mounts(*state);
        if (state->server) {
            state->server->mounts().remove_all(this);
            state->server->access().remove_rules(this);
        }
        state->rules.clear();
        std::swap(server, state->server);
    }
    // The last user's reference stops the server here, outside the lock.
}

void Presentations::end_mounts(State &state) {
    for (Member &member : state.members)
        member.forget();
    for (const auto &[path, mount] : state.mounts)
        state.server->mounts().remove(this, path);
    state.mounts.clear();
}

void Presentations::join(PacketFeed &stream, std::shared_ptr<WatchedTeller> watched) {
    auto state = state_.lock();
    Member member;
    member.feed = &stream;
    member.order = state->joined++;
    member.watched = std::move(watched);
    state->members.push_back(std::move(member));
}

void Presentations::leave(PacketFeed &stream) {
    auto state = state_.lock();
    Member *member = find(*state, stream);
    if (!member)
        return;
    drop_track(*state, *member);
    member->forget();
    state->members.erase(state->members.begin() + (member - state->members.data()));
    refresh(*state);
    guard(*state);
}

void Presentations::set_linked(PacketFeed &stream, bool linked) {
    auto state = state_.lock();
    if (Member *member = find(*state, stream))
        member->linked = linked;
    refresh(*state);
}

Outcome<void> Presentations::set_path(PacketFeed &stream, const std::string &path) {
    auto state = state_.lock();
    Member *member = find(*state, stream);
    if (!member || member->path == path)
        return {};
    drop_track(*state, *member);
    member->path = path;
    member->payload_type = -1;
    guard(*state);
    Outcome<void> outcome;
    if (member->config.caps)
        outcome = add_track(*state, *member);
    refresh(*state);
    return outcome;
}

Outcome<void> Presentations::serve(PacketFeed &stream, TrackConfig config) {
    auto state = state_.lock();
    Member *member = find(*state, stream);
    if (!member || !state->server)
        return {};
    const bool goes_on = member->track && continues(member->config.caps.get(), config.caps.get());
    const bool differs = goes_on && !gst_caps_is_equal(member->config.caps.get(), config.caps.get());
    member->away = false;
    member->config = std::move(config);
    member->config.order = member->order;
    if (differs)
        state->mounts[member->path]->update_caps(*member->track, member->config.caps);
    if (goes_on)
        return {};
    auto outcome = member->track ? renew(*state, member->path) : add_track(*state, *member);
    refresh(*state);
    return outcome;
}

void Presentations::set_source(PacketFeed &stream, const std::string &via) {
    auto state = state_.lock();
    Member *member = find(*state, stream);
    if (!member || member->source == via)
        return;
    member->source = via;
    refresh(*state);
}

void Presentations::set_away(PacketFeed &stream, const std::string &path) {
    auto state = state_.lock();
    Member *member = find(*state, stream);
    if (!member)
        return;
    drop_track(*state, *member);
    member->away = true;
    if (member->path.empty())
        member->path = path;
    guard(*state);
    refresh(*state);
}

Outcome<void> Presentations::come_back(PacketFeed &stream) {
    auto state = state_.lock();
    Member *member = find(*state, stream);
    if (!member || !state->server)
        return {};
    member->away = false;
    Outcome<void> outcome;
    if (!member->track && member->config.caps)
        outcome = add_track(*state, *member);
    refresh(*state);
    return outcome;
}

Outcome<void> Presentations::add_track(State &state, Member &member) {
    const auto mount = state.mounts.find(member.path);
    if (mount != state.mounts.end())
        member.track = mount->second->add_track(member.config);
    if (!member.track)  // there is no mount yet, or it has had all the tracks it can have
        return renew(state, member.path);
    member.feed->switch_track(member.track);
    return {};
}

Outcome<void> Presentations::renew(State &state, const std::string &path) {
    const auto mount = Mount::create(path, state.config);
    for (Member &member : state.members)
        if (member.path == path && member.config.caps)
            member.track = mount->add_track(member.config);
    const auto added = state.server->mounts().add(this, mount, is_complete(state, path));
    if (added)
        state.mounts[path] = mount;
    for (Member &member : state.members) {
        if (member.path != path)
            continue;
        if (!added)
            member.track.reset();
        member.feed->switch_track(member.track);
    }
    return added ? Outcome<void>() : refuse(path_taken(path));
}

void Presentations::drop_track(State &state, Member &member) {
    if (!member.track)
        return;
    const auto mount = state.mounts.find(member.path);
    mount->second->remove_track(member.track);
    member.track.reset();
    member.watched->end_viewers();
    member.feed->switch_track(nullptr);
    const bool used = std::any_of(state.members.begin(), state.members.end(),
                                  [&](const Member &other) { return other.path == member.path && other.track; });
    if (used)
        return;
    state.server->mounts().remove(this, member.path);
    state.mounts.erase(mount);
}

bool Presentations::is_complete(const State &state, const std::string &path) {
    return std::none_of(state.members.begin(), state.members.end(), [&](const Member &member) {
        return member.linked && !member.away && (member.path.empty() || (member.path == path && !member.track));
    });
}

unsigned Presentations::undecided_pads(const State &state) {
    const auto undecided = std::count_if(state.members.begin(), state.members.end(), [&](const Member &member) {
        return member.linked && !member.away && (member.path.empty() || !state.mounts.contains(member.path));
    });
    return static_cast<unsigned>(undecided);
}

void Presentations::set_auth(PacketFeed &stream, std::optional<std::string> auth) {
    auto state = state_.lock();
    Member *member = find(*state, stream);
    if (!member || member->auth == auth)
        return;
    member->auth = std::move(auth);
    guard(*state);
}

std::optional<Users> Presentations::users_of(const State &state, const std::string &path) {
    std::optional<Users> users;
    for (const Member &member : state.members) {
        if (member.path != path || !member.auth)
            continue;
        if (!users)
            users.emplace();
        if (const auto parsed = Users::from_list(*member.auth, state.server->access().config().realm))
            users->add_all(parsed->users);
    }
    return users;
}

// Tells the server who may view, before there is anything to view. Rules that stay the same are not told anew: requests
// that wait are held to those they were let in by.
void Presentations::guard(State &state) {
    if (!state.server)
        return;
    std::map<std::string, std::shared_ptr<const MappingRules>> rules;
    for (const Member &member : state.members) {
        if (member.path.empty() || rules.contains(member.path))
            continue;
        auto users = users_of(state, member.path);
        const auto before = state.rules.find(member.path);
        if (before != state.rules.end() && before->second->users == users)
            rules[member.path] = before->second;
        else
            rules[member.path] = std::make_shared<const MappingRules>(MappingRules{std::move(users), state.authorize});
    }
    auto &access = state.server->access();
    for (const auto &[path, rule] : rules)
        access.set_rules(this, path, rule);
    for (const auto &[path, rule] : state.rules)
        if (!rules.contains(path))
            access.set_rules(this, path, nullptr);
    state.rules = std::move(rules);
}

void Presentations::refresh(State &state) {
    if (!state.server)
        return;
    auto &table = state.server->mounts();
    table.set_expected(this, expected(state));
    table.set_undecided_pads(this, undecided_pads(state));
    for (const auto &[path, mount] : state.mounts)
        table.set_complete(this, path, is_complete(state, path));
}

// All paths whose streams are known, served or not, and who feeds them.
std::map<std::string, MountTable::Expectation> Presentations::expected(const State &state) {
    std::map<std::string, std::vector<std::shared_ptr<WatchedTeller>>> tellers;
    std::map<std::string, MountTable::Expectation> expectations;
    for (const Member &member : state.members) {
        if (!member.linked || member.path.empty())
            continue;
        tellers[member.path].push_back(member.watched);
        if (!member.source.empty())
            expectations[member.path].sources.insert(member.source);
    }
    for (auto &[path, all] : tellers)
        expectations[path].demand = [path = path, all = std::move(all)](const MountTable::Demand &demand) {
            for (const auto &teller : all)
                teller->tell_demand(demand, path);
        };
    return expectations;
}

int Presentations::reserve_payload_type(PacketFeed &stream) {
    constexpr int kFirstDynamic = 96;
    constexpr int kLastDynamic = 127;
    auto state = state_.lock();
    Member *member = find(*state, stream);
    if (!member)
        return kFirstDynamic;
    if (member->payload_type >= 0)
        return member->payload_type;
    std::set<int> used;
    for (const Member &other : state->members) {
        if (&other == member || other.path != member->path)
            continue;
        used.insert(other.payload_type);
        if (other.config.caps)
            used.insert(payload_type(other.config.caps.get()));
    }
    int type = kFirstDynamic;
    while (used.contains(type) && type < kLastDynamic)
        ++type;
    return member->payload_type = type;
}

std::string Presentations::path(PacketFeed &stream) {
    auto state = state_.lock();
    const Member *member = find(*state, stream);
    return member ? member->path : std::string();
}

std::shared_ptr<Mount> Presentations::mount(PacketFeed &stream) {
    auto state = state_.lock();
    const Member *member = find(*state, stream);
    const auto mount = member ? state->mounts.find(member->path) : state->mounts.end();
    return mount == state->mounts.end() ? nullptr : mount->second;
}

std::vector<std::shared_ptr<Mount>> Presentations::mounts() {
    auto state = state_.lock();
    std::vector<std::shared_ptr<Mount>> all;
    for (const auto &[path, mount] : state->mounts)
        all.push_back(mount);
    return all;
}

std::shared_ptr<Server> Presentations::server() {
    return state_.lock()->server;
}

}  // namespace rtspsink
