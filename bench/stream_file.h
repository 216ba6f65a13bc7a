// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "mapped_file.h"

namespace bench {

// A loop of frames at a constant rate, made once and served by every server of a comparison. One frame is one access
// unit of the encoded stream, or in a recording its RTP packets, each behind an interleaved header (RFC 2326
// section 10.12). Immutable once open, so shared by threads.
class StreamFile {
public:
    static std::optional<StreamFile> open(const std::string &path);

    [[nodiscard]] const std::string &caps() const { return caps_; }
    [[nodiscard]] rtspcore::Duration frame_duration() const { return frame_duration_; }
    [[nodiscard]] const std::vector<std::span<const uint8_t>> &frames() const { return frames_; }
    [[nodiscard]] bool is_key(size_t frame) const { return keys_[frame]; }

private:
    explicit StreamFile(MappedFile file) : file_(std::move(file)) {}
    bool parse();

    MappedFile file_;
    std::string caps_;
    rtspcore::Duration frame_duration_{};
    std::vector<std::span<const uint8_t>> frames_;
    std::vector<bool> keys_;
};

// Writes what StreamFile reads. Confined to one thread.
class StreamFileWriter {
public:
    StreamFileWriter(const std::string &path, const std::string &caps, rtspcore::Duration frame_duration);
    void append(std::span<const uint8_t> frame, bool is_key);
    // Whether all was written.
    bool finish() { return file_.flush().good(); }

private:
    std::ofstream file_;
};

}  // namespace bench
