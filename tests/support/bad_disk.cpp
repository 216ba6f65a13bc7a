// SPDX-License-Identifier: LGPL-2.1-or-later
//
// For LD_PRELOAD: disks that are bad in ways that take no disk to show. Each is the folders whose paths begin as a
// variable of the environment says.
//
//   SLOW_DISK     takes as many bytes a second as the file SLOW_DISK_RATE says, while there is one; what a program
//   writes
//                 takes as long as it would on such a disk
//   LOSING_DISK   while there is a file BAD_DISKS: syncs of files that end in .part fail, if anything was written since
//                 the one before, and that is lost
//   REFUSING_DISK while there is a file BAD_DISKS: takes no more, as a file system does that the kernel made read-only
//   LOGGED_DISK   is no bad one: what is done to it is told by the file DISK_LOG, a line each of the time in
//   nanoseconds,
//                 write, sync or rename, and the path; of a rename as it was before
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

std::mutex mutex;
Clock::time_point idle_from;    // when the slow disk has done all that it was given
std::map<ino_t, off_t> synced;  // of each file on the losing disk, how much of it

std::string path_of(int fd) {
    char path[PATH_MAX];
    const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
    return {path, static_cast<size_t>(std::max<ssize_t>(length, 0))};
}

bool is_on(const char *disk, int fd) {
    const char *folder = getenv(disk);
    return folder && path_of(fd).rfind(folder, 0) == 0;
}

bool is_part(int fd) {
    constexpr std::string_view kEnd = ".part";
    const std::string path = path_of(fd);
    return path.size() > kEnd.size() && path.compare(path.size() - kEnd.size(), kEnd.size(), kEnd) == 0;
}

// 0: as fast as it can.
double bytes_a_second() {
    const char *name = getenv("SLOW_DISK_RATE");
    FILE *file = name ? fopen(name, "re") : nullptr;
    double rate = 0;
    if (file && fscanf(file, "%lf", &rate) != 1)
        rate = 0;
    if (file)
        fclose(file);
    return rate;
}

// One after the other; it looks again and again, since the disk may become fast.
void take_time(int fd, size_t bytes) {
    if (!is_on("SLOW_DISK", fd))
        return;
    const double rate = bytes_a_second();
    std::unique_lock lock(mutex);
    if (rate <= 0) {
        idle_from = {};
        return;
    }
    idle_from = std::max(idle_from, Clock::now()) +
                std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(bytes / rate));
    const auto done = idle_from;
    lock.unlock();
    while (Clock::now() < done && bytes_a_second() > 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

bool are_bad() {
    const char *name = getenv("BAD_DISKS");
    return name && access(name, F_OK) == 0;
}

bool refuses(int fd) {
    if (!is_on("REFUSING_DISK", fd) || !are_bad())
        return false;
    errno = EROFS;
    return true;
}

bool loses(int fd) {
    struct stat status = {};
    if (!is_on("LOSING_DISK", fd) || !is_part(fd) || fstat(fd, &status) != 0)
        return false;
    const std::lock_guard lock(mutex);
    off_t &safe = synced[status.st_ino];
    if (!are_bad() || status.st_size <= safe) {
        safe = status.st_size;
        return false;
    }
    const std::string nothing(static_cast<size_t>(status.st_size - safe), '\0');
    (void)!pwrite(fd, nothing.data(), nothing.size(), safe);
    errno = EIO;
    return true;
}

template <typename Function>
Function *next(const char *name) {
    return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name));
}

void log_done(const char *what, const std::string &path) {
    static const auto real_write = next<ssize_t(int, const void *, size_t)>("write");
    static const char *const name = getenv("DISK_LOG");
    static const int log = name ? open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
    const char *folder = getenv("LOGGED_DISK");
    if (log < 0 || !folder || path.rfind(folder, 0) != 0)
        return;
    const std::string line = std::to_string(Clock::now().time_since_epoch().count()) + " " + what + " " + path + "\n";
    (void)!real_write(log, line.data(), line.size());
}

// The result of what was done to the file.
template <typename Result>
Result logged(Result result, const char *what, int fd) {
    const int error = errno;
    if (result >= 0 && getenv("LOGGED_DISK"))
        log_done(what, path_of(fd));
    errno = error;
    return result;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void *data, size_t size) {
    static const auto real = next<ssize_t(int, const void *, size_t)>("write");
    take_time(fd, size);
    return refuses(fd) ? -1 : logged(real(fd, data, size), "write", fd);
}

ssize_t writev(int fd, const iovec *parts, int count) {
    static const auto real = next<ssize_t(int, const iovec *, int)>("writev");
    size_t size = 0;
    for (int i = 0; i < count; i++)
        size += parts[i].iov_len;
    take_time(fd, size);
    return refuses(fd) ? -1 : logged(real(fd, parts, count), "write", fd);
}

// Waits for what was given before.
int fsync(int fd) {
    static const auto real = next<int(int)>("fsync");
    take_time(fd, 0);
    return loses(fd) ? -1 : logged(real(fd), "sync", fd);
}

int fdatasync(int fd) {
    static const auto real = next<int(int)>("fdatasync");
    take_time(fd, 0);
    return loses(fd) ? -1 : logged(real(fd), "sync", fd);
}

int rename(const char *from, const char *to) {
    static const auto real = next<int(const char *, const char *)>("rename");
    const int result = real(from, to);
    if (result == 0)
        log_done("rename", from);
    return result;
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    static const auto real = next<int(int, const char *, int, const char *, unsigned)>("renameat2");
    const int result = real(from_folder, from, to_folder, to, flags);
    if (result == 0)
        log_done("rename", from);
    return result;
}
}
