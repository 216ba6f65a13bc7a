// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/users_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.h"

namespace rtspcore::server::access {

namespace {

constexpr off_t kLargest = 1 << 20;

Failure<UsersError> unreadable(const std::string &why) {
    return {UsersError::Unreadable, why};
}

}  // namespace

UsersFile::Identity UsersFile::identity() const {
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0)
        return {};
    return {status.st_dev,          status.st_ino,         status.st_size,        status.st_mtim.tv_sec,
            status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec};
}

bool UsersFile::has_changed() const {
    return identity() != seen_;
}

Result<Users::Parsed, UsersError> UsersFile::read() {
    seen_ = identity();  // first, so that what is written meanwhile is a change; of what cannot be read, too
    const UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!fd || fstat(fd.get(), &status) != 0)
        return unreadable(std::string("it cannot be read: ") + std::strerror(errno));
    if (!S_ISREG(status.st_mode) || status.st_size > kLargest)
        return unreadable("it is no file of a megabyte at most");
    std::string text(static_cast<size_t>(status.st_size), '\0');
    const ssize_t got = ::pread(fd.get(), text.data(), text.size(), 0);
    if (got < 0)
        return unreadable(std::string("it cannot be read: ") + std::strerror(errno));
    text.resize(static_cast<size_t>(got));
    return Users::from_htdigest(text, realm_);
}

}  // namespace rtspcore::server::access
