// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "media/mount.h"

namespace rtspcore::server {

enum class MountError : uint8_t { PathTaken };

// Which paths are served. Safe; calls from several elements interleave.
class MountTable {
public:
    // What a request for a path finds.
    struct Lookup {
        std::shared_ptr<media::Mount> mount;  // null: nothing is served there
        // Whether the answer may get better soon: pads that belong, or could belong, to this path have no caps yet. The
        // request is then parked.
        bool pending = false;
        // Whether an owner said that it will serve the path once it can.
        bool expected = false;
    };
    // What clients want of a path, besides those who play it.
    struct Demand {
        unsigned waiting = 0;  // requests that are parked until the path is served
        std::string via;       // of the proxy that asks with the most behind it (RFC 2326 section 12.43)
        uint64_t number = 0;   // of two, the one with the higher number is newer
    };
    // Called from any thread, not under the lock; must neither block nor call back. It may still be called for a moment
    // after it was replaced.
    using DemandHook = std::function<void(const Demand &)>;
    struct Expectation {
        DemandHook demand;
        std::set<std::string> sources;  // the proxies that feed it, by their names in a Via header
    };
    // Held for as long as it is wanted.
    using Want = std::shared_ptr<const void>;

    // `owner` says who serves the path (an element): only the same owner may replace what it serves.
    // A mount that replaces another one closes it.
    Result<void, MountError> add(const void *owner, const std::shared_ptr<media::Mount> &mount, bool complete);
    void remove(const void *owner, const std::string &path);  // and closes it
    // Everything of that owner goes, its pending pads included.
    void remove_all(const void *owner);
    // Further tracks are (not) expected for a mount that is there.
    void set_complete(const void *owner, const std::string &path, bool complete);
    // How many pads of this owner have no caps yet, so that any path could still become theirs.
    void set_undecided_pads(const void *owner, unsigned count);

    // The paths that this owner serves, or will serve once it can, with who is told what clients want of each; at once,
    // too. They replace those before.
    void set_expected(const void *owner, std::map<std::string, Expectation> paths);
    // A request is parked until the path is served.
    [[nodiscard]] Want wait_for(const std::string &path);
    // Proxies watch the path.
    [[nodiscard]] Want watch_via(const std::string &path, const std::string &via);
    // Whether one of the proxies that a Via header names feeds the path.
    [[nodiscard]] bool is_fed_by(const std::string &path, std::string_view via);

    [[nodiscard]] Lookup find(const std::string &path);
    [[nodiscard]] std::vector<std::shared_ptr<media::Mount>> all();

    // Called after every change, on the thread that made it, not under the lock. Set once, before the first change.
    void set_change_hook(std::function<void()> hook) { change_hook_ = std::move(hook); }

private:
    struct Entry {
        const void *owner;
        std::shared_ptr<media::Mount> mount;
        bool complete;
    };
    struct Wants {
        unsigned waiting = 0;
        std::multiset<std::string> vias;
    };
    using Expected = std::map<std::string, Expectation>;
    struct Content {
        std::map<std::string, Entry> entries;
        std::map<const void *, unsigned> undecided;
        std::map<const void *, Expected> expected;
        std::map<std::string, Wants> wants;
        uint64_t demands = 0;
    };
    static Demand demand_of(Content &content, const std::string &path);
    static std::vector<DemandHook> hooks_of(const Content &content, const std::string &path);
    [[nodiscard]] static bool is_expected(const Content &content, const std::string &path);
    void change_wants(const std::string &path, const std::function<void(Wants &)> &change);

    Guarded<Content> content_;
    std::function<void()> change_hook_;
};

}  // namespace rtspcore::server
