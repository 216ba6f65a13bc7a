// SPDX-License-Identifier: LGPL-2.1-or-later
//
// For LD_PRELOAD: files below the folder SLOW_DISK take as many bytes a second as the file SLOW_DISK_RATE says, while
// there is one; what a program writes to them takes as long as it would on such a disk.
#include <dlfcn.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

std::mutex mutex;
Clock::time_point idle_from;  // when the disk has done all that it was given

bool is_on_it(int fd) {
    const char *folder = getenv("SLOW_DISK");
    char name[32];
    char path[PATH_MAX];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    const ssize_t length = folder ? readlink(name, path, sizeof path) : -1;
    return length > 0 && static_cast<size_t>(length) > strlen(folder) && memcmp(path, folder, strlen(folder)) == 0;
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
    if (!is_on_it(fd))
        return;
    const double rate = bytes_a_second();
    if (rate <= 0)
        return;
    std::unique_lock lock(mutex);
    idle_from = std::max(idle_from, Clock::now()) +
                std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(bytes / rate));
    const auto done = idle_from;
    lock.unlock();
    while (Clock::now() < done && bytes_a_second() > 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

template <typename Function>
Function *next(const char *name) {
    return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void *data, size_t size) {
    static const auto real = next<ssize_t(int, const void *, size_t)>("write");
    take_time(fd, size);
    return real(fd, data, size);
}

ssize_t writev(int fd, const iovec *parts, int count) {
    static const auto real = next<ssize_t(int, const iovec *, int)>("writev");
    size_t size = 0;
    for (int i = 0; i < count; i++)
        size += parts[i].iov_len;
    take_time(fd, size);
    return real(fd, parts, count);
}

// Waits for what was given before.
int fsync(int fd) {
    static const auto real = next<int(int)>("fsync");
    take_time(fd, 0);
    return real(fd);
}

int fdatasync(int fd) {
    static const auto real = next<int(int)>("fdatasync");
    take_time(fd, 0);
    return real(fd);
}
}
