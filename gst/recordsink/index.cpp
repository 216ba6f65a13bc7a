// SPDX-License-Identifier: LGPL-2.1-or-later
#include "index.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace recordsink {

namespace {

constexpr off_t kTail = 64 << 10;  // hundreds of lines; what is left behind is in the last few

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

}  // namespace

std::string json(const IndexEntry &entry) {
    std::string text = name_field(entry.name);
    if (entry.start)
        text += "\"start\":" + quoted(iso_time(*entry.start)) + ",";
    if (entry.event_start)
        text += "\"event\":" + quoted(entry.event) + ",\"event_start\":" + quoted(iso_time(*entry.event_start)) + ",";
    text += "\"end\":" + quoted(iso_time(entry.end)) + ",";
    if (entry.start) {
        text += "\"tracks\":[";
        for (const std::string &track : entry.tracks)
            text += (&track == &entry.tracks.front() ? "" : ",") + quoted(track);
        text +=
            "],\"key_frames\":" + std::to_string(entry.key_frames) + ",\"holes\":" + std::to_string(entry.holes) + ",";
    }
    return text + "\"bytes\":" + std::to_string(entry.bytes) + ",\"reason\":" + quoted(entry.reason) + "}";
}

std::string Index::name_of(const std::string &path) const {
    if (path.rfind(folder_ + "/", 0) == 0)
        return path.substr(folder_.size() + 1);
    return folder_ == "/" ? path.substr(1) : path;
}

bool Index::append(const IndexEntry &entry) const {
    const int fd = open(path().c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
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
