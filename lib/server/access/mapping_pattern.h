// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rtspcore::server::access {

// Which mappings are meant: a path with `*` for any characters, slashes too, and `?` for one. Immutable.
class MappingPattern {
public:
    // A slash in front may be left out. Nothing for what is empty, is not UTF-8, or has spaces or control characters.
    static std::optional<MappingPattern> parse(std::string_view text);

    // `mapping` as rtsp::normalize_mapping() makes it.
    [[nodiscard]] bool matches(const std::string &mapping) const;
    [[nodiscard]] const std::string &text() const { return text_; }

    bool operator==(const MappingPattern &) const = default;

private:
    explicit MappingPattern(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace rtspcore::server::access
