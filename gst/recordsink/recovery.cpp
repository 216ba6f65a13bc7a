// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recovery.h"

#include <glob.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "log.h"
#include "name_pattern.h"
#include "segment_file.h"

namespace recordsink {

namespace {

constexpr const char *kPart = ".part";

// A glob finds too many: others have files there as well.
std::vector<std::string> left_behind(const Location &location, const Index &index) {
    const NamePattern ours(location);
    glob_t found = {};
    std::vector<std::string> parts;
    if (glob((location.glob() + kPart).c_str(), 0, nullptr, &found) == 0)
        std::copy_if(found.gl_pathv, found.gl_pathv + found.gl_pathc, std::back_inserter(parts), [&](const char *path) {
            const std::string name = index.name_of(path);
            return ours.matches(name.substr(0, name.size() - strlen(kPart)));
        });
    globfree(&found);
    return parts;
}

void finish_one(SegmentFile &file, Format format, const Index &index, Recovered &recovered) {
    IndexEntry entry;
    entry.name = index.name_of(file.path());
    entry.end = file.changed();
    entry.reason = "recovered";
    // The line comes before the name: between the two there may have been the crash.
    const bool is_listed = index.lists(entry.name, file.bytes());
    if (!is_listed && !file.may_be(format)) {
        GST_WARNING("%s is left as it is: it does not begin as what is recorded", file.part_path().c_str());
        return;
    }
    if (!is_listed && !file.cut_to_whole(format)) {
        recovered.empty++;
        return;
    }
    const auto outcome = file.finish([&](uint64_t bytes) {
        entry.bytes = bytes;
        return is_listed || index.append(entry);
    });
    if (!outcome)
        return;
    GST_INFO("finished %s, which was left behind", file.path().c_str());
    recovered.finished.push_back(file.path());
    recovered.entries.push_back(std::move(entry));
}

}  // namespace

Recovered recover(const Location &location, Format format, const Index &index) {
    Recovered recovered;
    for (const std::string &part : left_behind(location, index))
        if (const auto file = SegmentFile::adopt(part))
            finish_one(**file, format, index, recovered);
    return recovered;
}

}  // namespace recordsink
