// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace bench {

// A whole file in memory, shared with every process that maps it; unmaps itself.
class MappedFile {
public:
    enum class Access : uint8_t { Read, ReadWrite };

    static std::optional<MappedFile> open(const std::string &path, Access access);
    MappedFile(MappedFile &&other) noexcept;
    MappedFile &operator=(MappedFile &&other) noexcept;
    ~MappedFile();

    [[nodiscard]] std::span<uint8_t> bytes() const { return bytes_; }

private:
    explicit MappedFile(std::span<uint8_t> bytes) : bytes_(bytes) {}

    std::span<uint8_t> bytes_;
};

}  // namespace bench
