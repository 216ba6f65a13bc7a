// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "support/temporary_folder.h"

namespace recordsink::test {

struct Folder : rtspcore::test::TemporaryFolder {
    // Files below it, as the index calls them; not the index itself.
    [[nodiscard]] std::set<std::string> files() const {
        std::set<std::string> names;
        for (const auto &entry : std::filesystem::recursive_directory_iterator(path()))
            if (entry.is_regular_file() && entry.path().filename() != "index.jsonl")
                names.insert(entry.path().string().substr(path().size() + 1));
        return names;
    }
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
