// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/session.h"

namespace rtspcore::server {

// The sessions of one I/O thread, by id. Confined to it.
class SessionTable {
public:
    explicit SessionTable(unsigned thread) : thread_(thread) {}

    Session &create(std::shared_ptr<media::Mount> mount, Time now);
    // `id` as in the Session header, with or without parameters.
    [[nodiscard]] Session *find(std::string_view header);
    void erase(Session &session);
    // Those that gave no sign of life for longer than `timeout`.
    [[nodiscard]] std::vector<Session *> expired(Time now, Duration timeout);
    // Those that were set up over UDP and then left: no connection, nothing sent.
    [[nodiscard]] std::vector<Session *> abandoned();
    [[nodiscard]] std::vector<Session *> of_mount(uint64_t mount);
    [[nodiscard]] std::vector<Session *> all();
    [[nodiscard]] size_t size() const { return sessions_.size(); }

    // Which I/O thread has the session of that id, if it is one of our ids at all: 2 hexadecimal digits in front of 128
    // random bits.
    [[nodiscard]] static std::optional<unsigned> thread_of(std::string_view header);

private:
    const unsigned thread_;
    std::unordered_map<std::string, std::unique_ptr<Session>> sessions_;
};

}  // namespace rtspcore::server
