// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "server/access/users.h"

namespace rtspcore::server::access {

// A file of users (Users::from_htdigest()) that may change while it is used. Confined to one thread at a time. Reads
// the disk, a megabyte at most.
class UsersFile {
public:
    UsersFile(std::string path, std::string realm) : path_(std::move(path)), realm_(std::move(realm)) {}

    // What it says now. The messages of its errors name neither users nor digests.
    Result<Users::Parsed, UsersError> read();
    // Whether it is another one than read() last found; gone is another one than there.
    [[nodiscard]] bool has_changed() const;
    [[nodiscard]] const std::string &path() const { return path_; }

private:
    // Enough to notice that it was written to, replaced, or that others may read it; all zero of a file that is gone.
    struct Identity {
        dev_t device = 0;
        ino_t inode = 0;
        off_t size = 0;
        int64_t modified_s = 0;
        int64_t modified_ns = 0;
        int64_t changed_s = 0;
        int64_t changed_ns = 0;
        bool operator==(const Identity &) const = default;
    };
    [[nodiscard]] Identity identity() const;

    const std::string path_;
    const std::string realm_;
    Identity seen_;
};

}  // namespace rtspcore::server::access
