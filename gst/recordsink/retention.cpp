// SPDX-License-Identifier: LGPL-2.1-or-later
#include "retention.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/clock.h"
#include "log.h"

namespace recordsink {

namespace {

// Beyond so many segments some more than needed go at a time, or an index of megabytes would be written anew for each.
constexpr size_t kManySegments = 4000;
constexpr int64_t kSlackPart = 128;

bool is_file(const std::string &path) {
    struct stat status = {};
    return lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool ends_before(const ListedSegment &left, const ListedSegment &right) {
    return left.end < right.end;
}

}  // namespace

RetentionView RetentionView::real(const std::string &folder) {
    const auto now = [] { return static_cast<UnixTime>(rtspcore::wall_now().time_since_epoch().count()); };
    const auto free_bytes = [folder] {
        struct statvfs disk = {};
        return statvfs(folder.c_str(), &disk) == 0 ? static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize : UINT64_MAX;
    };
    return {now, free_bytes};
}

bool Retention::is_ours(const std::string &name) const {
    return name[0] != '/' && ("/" + name + "/").find("/../") == std::string::npos &&
           std::any_of(ours_.begin(), ours_.end(), [&](const NamePattern &p) { return p.matches(name); });
}

void Retention::also(const Location &location) {
    ours_.emplace_back(location);
    (void)is_other_disk();
    load();
}

// Something was mounted there, or is no more: other files, and another index.
bool Retention::is_other_disk() {
    struct stat status = {};
    const auto before = disk_;
    if (stat(index_.folder().c_str(), &status) == 0)
        disk_ = status.st_dev;
    return before != disk_;
}

void Retention::load() {
    kept_.clear();
    gone_.clear();
    bytes_ = 0;
    std::unordered_set<std::string> seen;
    auto listed = index_.read();
    // A name that comes again is that of the file which came last.
    for (auto segment = listed.rbegin(); segment != listed.rend(); ++segment) {
        if (!seen.insert(segment->name).second || segment->is_clip || !is_ours(segment->name))
            continue;
        bytes_ += segment->bytes;
        kept_.push_front(std::move(*segment));
    }
    std::stable_sort(kept_.begin(), kept_.end(), ends_before);
    forget_missing();
}

void Retention::add(ListedSegment segment) {
    if (!is_ours(segment.name))
        return;
    const auto before =
        std::find_if(kept_.begin(), kept_.end(), [&](const ListedSegment &kept) { return kept.name == segment.name; });
    if (before != kept_.end()) {
        bytes_ -= before->bytes;
        kept_.erase(before);
    }
    gone_.erase(segment.name);
    bytes_ += segment.bytes;
    kept_.insert(std::upper_bound(kept_.begin(), kept_.end(), segment, ends_before), std::move(segment));
}

// The bound that is not held; null if all are.
const char *Retention::exceeded(const RetentionBounds &bounds) const {
    if (kept_.empty())
        return nullptr;
    if (bounds.age > 0 && view_.now() - kept_.front().end > bounds.age)
        return "age";
    if (bounds.bytes > 0 && bytes_ > bounds.bytes)
        return "bytes";
    // What is deleted while somebody still reads it is free only later: what was deleted counts.
    if (bounds.free > 0 && std::max(view_.free_bytes(), expected_free_) < bounds.free)
        return "free";
    return nullptr;
}

RetentionBounds Retention::with_slack() const {
    RetentionBounds bounds = bounds_;
    if (kept_.size() < kManySegments)
        return bounds;
    bounds.age -= bounds.age / kSlackPart;
    bounds.bytes -= bounds.bytes / kSlackPart;
    if (bounds.free > 0)
        bounds.free += bytes_ / kSlackPart;
    return bounds;
}

std::vector<Retention::Removed> Retention::apply() {
    std::vector<Removed> removed;
    if (is_other_disk())
        load();
    expected_free_ = 0;
    if (exceeded(bounds_))
        forget_missing();  // what others took away is no reason to delete more
    if (exceeded(bounds_)) {
        expected_free_ = bounds_.free > 0 ? view_.free_bytes() : 0;
        const RetentionBounds bounds = with_slack();
        while (const char *bound = exceeded(bounds)) {
            const ListedSegment oldest = kept_.front();
            if (remove_oldest())
                removed.push_back({index_.path_of(oldest.name), oldest.bytes, bound});
        }
    }
    if (!gone_.empty() && index_.remove(gone_))
        gone_.clear();
    return removed;
}

bool Retention::remove_oldest() {
    const ListedSegment oldest = kept_.front();
    const std::string path = index_.path_of(oldest.name);
    forget_oldest();
    if (!is_file(path) || unlink(path.c_str()) != 0) {
        // It stays in the index, and is tried again after the next start: it must not cost all that are newer.
        GST_WARNING("cannot delete %s: %s", path.c_str(), g_strerror(errno));
        return false;
    }
    expected_free_ += expected_free_ > UINT64_MAX - oldest.bytes ? 0 : oldest.bytes;
    gone_.insert(oldest.name);
    remove_folders(oldest.name);
    return true;
}

void Retention::forget_oldest() {
    bytes_ -= kept_.front().bytes;
    kept_.pop_front();
}

// An uploader may have moved them. One that has its line, but not yet its name, is not missing.
void Retention::forget_missing() {
    const auto is_missing = [this](const ListedSegment &segment) {
        const std::string path = index_.path_of(segment.name);
        if (access(path.c_str(), F_OK) == 0 || errno != ENOENT || access((path + ".part").c_str(), F_OK) == 0)
            return false;
        bytes_ -= segment.bytes;
        gone_.insert(segment.name);
        return true;
    };
    kept_.erase(std::remove_if(kept_.begin(), kept_.end(), is_missing), kept_.end());
}

// Those below the index's that hold nothing any more.
void Retention::remove_folders(const std::string &name) const {
    for (size_t slash = name.rfind('/'); slash != std::string::npos && slash > 0; slash = name.rfind('/', slash - 1))
        if (rmdir(index_.path_of(name.substr(0, slash)).c_str()) != 0)
            return;
}

}  // namespace recordsink
