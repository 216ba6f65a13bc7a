// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
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
    };

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
    struct Content {
        std::map<std::string, Entry> entries;
        std::map<const void *, unsigned> undecided;
    };
    Guarded<Content> content_;
    std::function<void()> change_hook_;
};

}  // namespace rtspcore::server
