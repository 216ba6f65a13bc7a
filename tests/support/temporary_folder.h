// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "support/check_suite.h"

namespace rtspcore::test {

// A folder of its own, in memory where that is possible, that goes with it. Confined.
class TemporaryFolder {
public:
    TemporaryFolder() {
        path_ = (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + std::string("/rtspsink-XXXXXX");
        ck_assert(mkdtemp(path_.data()) != nullptr);
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;

    [[nodiscard]] const std::string &path() const { return path_; }
    [[nodiscard]] std::string operator/(const std::string &name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

}  // namespace rtspcore::test
