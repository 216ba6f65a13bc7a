// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "support/check_suite.h"

namespace recordsink::test {

// A folder of its own, in memory where that is possible, that goes with it. Confined.
class Folder {
public:
    Folder() {
        std::string name = (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + std::string("/recordsink-XXXXXX");
        ck_assert(g_mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;

    [[nodiscard]] const std::string &path() const { return path_; }
    [[nodiscard]] std::string operator/(const std::string &name) const { return path_ + "/" + name; }
    // Files below it, as the index calls them; not the index itself.
    [[nodiscard]] std::set<std::string> files() const {
        std::set<std::string> names;
        for (const auto &entry : std::filesystem::recursive_directory_iterator(path_))
            if (entry.is_regular_file() && entry.path().filename() != "index.jsonl")
                names.insert(entry.path().string().substr(path_.size() + 1));
        return names;
    }

private:
    std::string path_;
};

inline void write_text(const std::string &path, const std::string &text) {
    std::ofstream(path) << text;
}

inline std::string read_text(const std::string &path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

inline bool exists(const std::string &path) {
    return access(path.c_str(), F_OK) == 0;
}

}  // namespace recordsink::test
