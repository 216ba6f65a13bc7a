// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rtspcore::rtp {

// Format parameters of an SDP: name and value.
using FormatParameters = std::vector<std::pair<std::string, std::string>>;

// The parameter sets that a stream carries, kept as its SDP writes them (RFC 6184 section 8.1, RFC 7798 section 7.1):
// a sender may send them once only, and who comes later learns them from there. Confined to one thread.
class ParameterSets {
public:
    // `kinds` are the NAL unit types, and the format parameter that each belongs to.
    explicit ParameterSets(const std::vector<std::pair<uint8_t, const char *>> &kinds);

    // A whole NAL unit of the unit that is being looked at; others than parameter sets are passed over.
    void add(uint8_t nal_type, std::span<const uint8_t> nal);
    // The unit is complete: of each kind that it had, it replaces what was known.
    void finish_unit();
    // All of them, when there are some of every kind and something changed since the last call.
    std::optional<FormatParameters> take_changed();

private:
    // Of one unit and kind; more is no sane stream.
    static constexpr size_t kMaxBytes = 16 * 1024;

    struct Kind {
        uint8_t type;
        std::string parameter;
        std::string of_unit;  // Base64, separated by commas
        std::string known;
    };
    std::vector<Kind> kinds_;
    bool changed_ = false;
};

}  // namespace rtspcore::rtp
