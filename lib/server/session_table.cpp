// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/session_table.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "base/random.h"

namespace rtspcore::server {

namespace {

constexpr size_t kThreadDigits = 2;
constexpr size_t kRandomBytes = 16;  // RFC 2326 section 3.4 asks for 8 octets at least

std::string_view id_of(std::string_view header) {
    return header.substr(0, header.find_first_of("; \t"));
}

std::string make_id(unsigned thread) {
    std::array<char, kThreadDigits + 1> prefix{};
    std::snprintf(prefix.data(), prefix.size(), "%02x", thread & 0xffu);
    return prefix.data() + random_hex(kRandomBytes);
}

}  // namespace

Session &SessionTable::create(std::shared_ptr<media::Mount> mount, Time now) {
    std::string id = make_id(thread_);
    auto session = std::make_unique<Session>(id, std::move(mount), now);
    return *sessions_.emplace(std::move(id), std::move(session)).first->second;
}

Session *SessionTable::find(std::string_view header) {
    const auto found = sessions_.find(std::string(id_of(header)));
    return found != sessions_.end() ? found->second.get() : nullptr;
}

void SessionTable::erase(Session &session) {
    sessions_.erase(std::string(session.id()));
}

std::vector<Session *> SessionTable::expired(Time now, Duration timeout) {
    std::vector<Session *> found;
    for (const auto &[id, session] : sessions_)
        if (now - session->last_seen() > timeout)
            found.push_back(session.get());
    return found;
}

std::vector<Session *> SessionTable::abandoned() {
    std::vector<Session *> found;
    for (const auto &[id, session] : sessions_)
        if (!session->connection() && !session->viewer() && !session->membership())
            found.push_back(session.get());
    return found;
}

std::vector<Session *> SessionTable::of_mount(uint64_t mount) {
    std::vector<Session *> found;
    for (const auto &[id, session] : sessions_)
        if (session->mount()->id() == mount)
            found.push_back(session.get());
    return found;
}

std::vector<Session *> SessionTable::all() {
    std::vector<Session *> found;
    for (const auto &[id, session] : sessions_)
        found.push_back(session.get());
    return found;
}

std::optional<unsigned> SessionTable::thread_of(std::string_view header) {
    const std::string_view id = id_of(header);
    if (id.size() != kThreadDigits + 2 * kRandomBytes)
        return std::nullopt;
    unsigned thread = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + kThreadDigits, thread, 16);
    if (error != std::errc() || end != id.data() + kThreadDigits)
        return std::nullopt;
    return thread;
}

}  // namespace rtspcore::server
