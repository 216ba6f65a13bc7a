// SPDX-License-Identifier: LGPL-2.1-or-later
#include "index.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "segment_file.h"

namespace recordsink {

namespace {

constexpr off_t kRoom = 16 << 10;  // for the longest line
constexpr off_t kTail = 1 << 20;   // hundreds of lines; what is left behind is in the last few

std::string quoted(const std::string &text) {
    std::string json = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        char escape[8];
        if (c == '"' || c == '\\')
            json += '\\';
        snprintf(escape, sizeof escape, byte < 0x20 ? "\\u%04x" : "%c", byte);
        json += escape;
    }
    return json + '"';
}

std::string name_field(const std::string &name) {
    return "{\"name\":" + quoted(name) + ",";
}

std::string milliseconds(const std::vector<int64_t> &times) {
    std::string list;
    for (const int64_t time : times)
        list += (list.empty() ? "" : ",") + std::to_string(time / 1'000'000);
    return list;
}

std::string origin_fields(const IndexEntry &entry) {
    std::string fields;
    if (!entry.camera.empty())
        fields += "\"camera\":" + quoted(entry.camera) + ",";
    if (!entry.mapping.empty())
        fields += "\"mapping\":" + quoted(entry.mapping) + ",";
    return fields;
}

off_t size_of(int fd) {
    struct stat status = {};
    return fstat(fd, &status) == 0 ? status.st_size : 0;
}

// A line that a power cut left without its end must not swallow the next one.
bool ends_in_line(int fd) {
    const off_t size = size_of(fd);
    char last = '\n';
    return size == 0 || (pread(fd, &last, 1, size - 1) == 1 && last == '\n');
}

bool is_still(int fd, const std::string &path) {
    struct stat opened = {};
    struct stat named = {};
    return fstat(fd, &opened) == 0 && stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

// Locked against whoever appends or rewrites; -1 with errno. While it was waited for it may have been replaced.
int open_locked(const std::string &path, int flags) {
    constexpr int kTrials = 100;
    for (int trial = 0; trial < kTrials; trial++) {
        const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC | flags, 0666);
        if (fd < 0)
            return -1;
        // A file system without locks has one recorder only.
        while (flock(fd, LOCK_EX) != 0 && errno == EINTR) {
        }
        if (is_still(fd, path))
            return fd;
        close(fd);
    }
    errno = EAGAIN;
    return -1;
}

std::string contents(int fd) {
    std::string text(static_cast<size_t>(size_of(fd)), '\0');
    size_t length = 0;
    while (length < text.size()) {
        const ssize_t part = pread(fd, text.data() + length, text.size() - length, static_cast<off_t>(length));
        if (part <= 0)
            break;
        length += static_cast<size_t>(part);
    }
    text.resize(length);
    return text;
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(fd, text.data(), text.size());
        if (written <= 0)
            return false;
        text.remove_prefix(static_cast<size_t>(written));
    }
    return fsync(fd) == 0;
}

// Calls `use` for each line, with its end; the last may have none.
template <typename Use>
void for_each_line(std::string_view text, Use use) {
    while (!text.empty()) {
        const size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
        use(text.substr(0, length));
        text.remove_prefix(length);
    }
}

}  // namespace

std::string json(const IndexEntry &entry) {
    std::string text = name_field(entry.name) + origin_fields(entry);
    if (entry.start)
        text += "\"start\":" + quoted(iso_time(*entry.start)) + ",";
    if (entry.event_start)
        text += "\"event\":" + quoted(entry.event) + ",\"event_start\":" + quoted(iso_time(*entry.event_start)) + ",";
    text += "\"end\":" + quoted(iso_time(entry.end)) + ",";
    if (entry.start) {
        text += "\"tracks\":[";
        for (const std::string &track : entry.tracks)
            text += (&track == &entry.tracks.front() ? "" : ",") + quoted(track);
        text += "],\"key_frames\":" + std::to_string(entry.key_frames) + ",\"key_offsets\":[" +
                milliseconds(entry.key_offsets) + "],\"holes\":" + std::to_string(entry.holes) + ",";
    }
    return text + "\"bytes\":" + std::to_string(entry.bytes) + ",\"reason\":" + quoted(entry.reason) + "}";
}

std::string Index::name_of(const std::string &path) const {
    if (path.rfind(folder_ + "/", 0) == 0)
        return path.substr(folder_.size() + 1);
    return folder_ == "/" ? path.substr(1) : path;
}

std::string Index::path_of(const std::string &name) const {
    return folder_ == "." ? name : folder_ == "/" ? "/" + name : folder_ + "/" + name;
}

void Index::reserve() const {
    const int fd = open(path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return;
    (void)!fallocate(fd, FALLOC_FL_KEEP_SIZE, size_of(fd), kRoom);
    close(fd);
}

std::vector<ListedSegment> Index::read() const {
    std::vector<ListedSegment> segments;
    const int fd = open(path().c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return segments;
    const std::string text = contents(fd);
    close(fd);
    for_each_line(text, [&](std::string_view line) {
        if (auto segment = listed_segment(line))
            segments.push_back(std::move(*segment));
    });
    return segments;
}

bool Index::remove(const std::unordered_set<std::string> &names) const {
    const int fd = open_locked(path(), 0);
    if (fd < 0)
        return errno == ENOENT;
    std::string rest;
    for_each_line(contents(fd), [&](std::string_view line) {
        const auto segment = listed_segment(line);
        if (!segment || names.count(segment->name) == 0)
            rest += line;
    });
    const bool done = replace(rest);
    const int error = errno;
    close(fd);
    errno = error;
    return done;
}

bool Index::replace(const std::string &text) const {
    const std::string fresh = path() + ".new";
    const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return false;
    bool done = write_all(fd, text);
    int error = errno;
    close(fd);
    if (done && rename(fresh.c_str(), path().c_str()) != 0) {
        done = false;
        error = errno;
    }
    if (!done)
        unlink(fresh.c_str());
    else
        sync_folder(folder_);
    errno = error;
    return done;
}

bool Index::append(const IndexEntry &entry) const {
    const int fd = open_locked(path(), O_CREAT | O_APPEND);
    if (fd < 0)
        return false;
    const std::string line = (ends_in_line(fd) ? "" : "\n") + json(entry) + "\n";
    const ssize_t written = write(fd, line.data(), line.size());
    const bool whole = written == static_cast<ssize_t>(line.size());
    if (!whole && written >= 0)
        errno = ENOSPC;  // that alone cuts the write to a file short
    const int error = errno;
    fdatasync(fd);
    close(fd);
    errno = error;
    return whole;
}

bool Index::lists(const std::string &name, uint64_t bytes) const {
    const int fd = open(path().c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const off_t start = std::max<off_t>(size_of(fd) - kTail, 0);
    std::string tail(static_cast<size_t>(kTail), '\0');
    const ssize_t length = pread(fd, tail.data(), tail.size(), start);
    close(fd);
    tail.resize(static_cast<size_t>(std::max<ssize_t>(length, 0)));
    const std::string size = "\"bytes\":" + std::to_string(bytes) + ",";
    for (size_t at = tail.find(name_field(name)); at != std::string::npos; at = tail.find(name_field(name), at + 1))
        if (tail.find(size, at) < tail.find('\n', at))
            return true;
    return false;
}

}  // namespace recordsink
