// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <utility>

#include "base/unique_fd.h"

namespace bench {

std::optional<MappedFile> MappedFile::open(const std::string &path, Access access) {
    const bool writes = access == Access::ReadWrite;
    const rtspcore::UniqueFd fd(::open(path.c_str(), (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC));
    struct stat status {};
    if (!fd || fstat(fd.get(), &status) != 0 || status.st_size == 0)
        return std::nullopt;
    const auto size = static_cast<size_t>(status.st_size);
    void *address = mmap(nullptr, size, writes ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd.get(), 0);
    if (address == MAP_FAILED)
        return std::nullopt;
    return MappedFile({static_cast<uint8_t *>(address), size});
}

MappedFile::MappedFile(MappedFile &&other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile &MappedFile::operator=(MappedFile &&other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
}

MappedFile::~MappedFile() {
    if (!bytes_.empty())
        munmap(bytes_.data(), bytes_.size());
}

}  // namespace bench
