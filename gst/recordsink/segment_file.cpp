// SPDX-License-Identifier: LGPL-2.1-or-later
#include "segment_file.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "location.h"
#include "media_ends.h"

namespace recordsink {

namespace {

constexpr unsigned kMostNumbers = 10000;
constexpr mode_t kFolderMode = 0777;  // and the umask
constexpr mode_t kFileMode = 0666;

std::string folder_of(const std::string &path) {
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

// Retention may remove the folder, empty as it is, before the file is in it.
int open_part(const std::string &part) {
    constexpr int kTrials = 3;
    int fd = -1;
    for (int trial = 0; trial < kTrials && fd < 0; trial++) {
        if (g_mkdir_with_parents(folder_of(part).c_str(), kFolderMode) != 0)
            return -1;
        fd = open(part.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode);
        if (fd < 0 && errno != ENOENT)
            return -1;
    }
    return fd;
}

rtspcore::Failure<int> last_error() {
    return {errno, g_strerror(errno)};
}

rtspcore::Failure<int> not_created(const std::string &path) {
    const int code = errno;
    const std::string folder = folder_of(path);
    const bool has_folder = g_file_test(folder.c_str(), G_FILE_TEST_IS_DIR);
    return {code,
            (has_folder ? "Cannot create '" + path : "Cannot make the folder '" + folder) + "': " + g_strerror(code)};
}

}  // namespace

void sync_folder(const std::string &folder) {
    const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

SegmentFile::Result<std::unique_ptr<SegmentFile>> SegmentFile::create(const std::string &wanted) {
    for (unsigned number = 1; number < kMostNumbers; number++) {
        const std::string path = number == 1 ? wanted : numbered(wanted, number);
        if (access(path.c_str(), F_OK) == 0)
            continue;
        const int fd = open_part(path + ".part");
        if (fd < 0 && errno == EEXIST)
            continue;
        if (fd < 0)
            return not_created(path);
        auto file = std::unique_ptr<SegmentFile>(new SegmentFile(path, fd));
        struct stat status = {};
        // Before it was locked, somebody may have taken it for one that was left behind.
        const bool taken = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
        if (!taken && fstat(fd, &status) == 0 && status.st_nlink > 0)
            return file;
    }
    errno = EEXIST;
    return not_created(wanted);
}

SegmentFile::Result<std::unique_ptr<SegmentFile>> SegmentFile::adopt(const std::string &part) {
    const int fd = open(part.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return last_error();
    auto file = std::unique_ptr<SegmentFile>(new SegmentFile(part.substr(0, part.rfind('.')), fd));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return last_error();
    return file;
}

SegmentFile::~SegmentFile() {
    close(fd_);
}

uint64_t SegmentFile::bytes() const {
    struct stat status = {};
    fstat(fd_, &status);
    return static_cast<uint64_t>(status.st_size);
}

int64_t SegmentFile::changed() const {
    struct stat status = {};
    fstat(fd_, &status);
    return static_cast<int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

SegmentFile::Result<uint64_t> SegmentFile::sync() {
    const uint64_t size = bytes();
    if (fdatasync(fd_) != 0) {
        damaged_ = true;
        return last_error();
    }
    if (!std::exchange(is_entry_synced_, true))
        sync_folder(folder_of(path_));
    if (!damaged_)
        synced_ = size;
    return size_if_there();
}

// What is written to a disk that was unmounted, lazily, goes well, and is seen by nobody.
SegmentFile::Result<uint64_t> SegmentFile::size_if_there() const {
    struct stat ours = {};
    struct stat named = {};
    if (fstat(fd_, &ours) != 0)
        return last_error();
    const bool is_ours =
        stat(part_path().c_str(), &named) == 0 && named.st_dev == ours.st_dev && named.st_ino == ours.st_ino;
    if (!is_ours)
        return rtspcore::Failure<int>{ENOENT, "the file was deleted, or its disk was unmounted"};
    return static_cast<uint64_t>(ours.st_size);
}

std::optional<uint64_t> SegmentFile::cut_to_whole(Format format) const {
    if (damaged_ && ftruncate(fd_, static_cast<off_t>(synced_)) != 0)
        return std::nullopt;  // of what is there nothing can be said
    const WholePart whole = whole_part(fd_, format);
    if (!whole.has_media) {
        remove();
        return std::nullopt;
    }
    // What cannot be cut off is left there: players stop at it.
    (void)!ftruncate(fd_, static_cast<off_t>(whole.length));
    return whole.length;
}

void SegmentFile::remove() const {
    unlink(part_path().c_str());
}

std::map<uint32_t, int64_t> SegmentFile::media_ends(uint64_t length) const {
    return recordsink::media_ends(fd_, length);
}

SegmentFile::Result<void> SegmentFile::finish(const BeforeNaming &before) {
    const auto size = sync();
    if (!size)
        return size.error();
    if (!before(*size))
        return last_error();
    if (renameat2(AT_FDCWD, part_path().c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0) {
        // Not every file system can refuse to replace.
        if (errno != EINVAL || rename(part_path().c_str(), path_.c_str()) != 0)
            return last_error();
    }
    sync_folder(folder_of(path_));
    return {};
}

}  // namespace recordsink
