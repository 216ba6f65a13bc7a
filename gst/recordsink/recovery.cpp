// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recovery.h"

#include <glob.h>

#include "log.h"
#include "segment_file.h"

namespace recordsink {

namespace {

std::vector<std::string> left_behind(const Location &location) {
    glob_t found = {};
    std::vector<std::string> parts;
    if (glob((location.glob() + ".part").c_str(), 0, nullptr, &found) == 0)
        parts.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    globfree(&found);
    return parts;
}

}  // namespace

Recovered recover(const Location &location, Format format, const Index &index) {
    Recovered recovered;
    for (const std::string &part : left_behind(location)) {
        auto file = SegmentFile::adopt(part);
        if (!file)
            continue;
        IndexEntry entry;
        entry.name = index.name_of((*file)->path());
        entry.end = (*file)->changed();
        entry.reason = "recovered";
        // The line comes before the name: between the two there may have been the crash.
        const bool is_listed = index.lists(entry.name, (*file)->bytes());
        if (!is_listed && !(*file)->cut_to_whole(format)) {
            recovered.empty++;
            continue;
        }
        const auto outcome = (*file)->finish([&](uint64_t bytes) {
            entry.bytes = bytes;
            return is_listed || index.append(entry);
        });
        if (!outcome)
            continue;
        GST_INFO("finished %s, which was left behind", (*file)->path().c_str());
        recovered.finished.push_back((*file)->path());
        recovered.entries.push_back(std::move(entry));
    }
    return recovered;
}

}  // namespace recordsink
