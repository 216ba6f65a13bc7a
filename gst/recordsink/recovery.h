// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "index.h"
#include "settings.h"

namespace recordsink {

struct Recovered {
    std::vector<std::string> finished;  // paths
    std::vector<IndexEntry> entries;    // their lines
    unsigned empty = 0;                 // had no media in them, and are gone
};

// Finishes the files that a crash left behind: those called as `location` calls them, with ".part" at the end, that
// nobody has open, and that begin as files of the format do. They end with their last whole fragment. Blocks for the
// disk.
Recovered recover(const Location &location, Format format, const Index &index);

}  // namespace recordsink
