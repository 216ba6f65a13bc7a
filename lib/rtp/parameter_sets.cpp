// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/parameter_sets.h"

#include <glib.h>

#include <algorithm>

namespace rtspcore::rtp {

ParameterSets::ParameterSets(const std::vector<std::pair<uint8_t, const char *>> &kinds) {
    for (const auto &[type, parameter] : kinds)
        kinds_.push_back({type, parameter, {}, {}});
}

void ParameterSets::add(uint8_t nal_type, std::span<const uint8_t> nal) {
    const auto kind =
        std::find_if(kinds_.begin(), kinds_.end(), [&](const Kind &each) { return each.type == nal_type; });
    if (kind == kinds_.end() || nal.empty() || kind->of_unit.size() + nal.size() > kMaxBytes)
        return;
    gchar *text = g_base64_encode(nal.data(), nal.size());
    kind->of_unit += (kind->of_unit.empty() ? "" : ",") + std::string(text);
    g_free(text);
}

void ParameterSets::finish_unit() {
    for (Kind &kind : kinds_) {
        if (!kind.of_unit.empty() && kind.of_unit != kind.known) {
            kind.known = kind.of_unit;
            changed_ = true;
        }
        kind.of_unit.clear();
    }
}

std::optional<FormatParameters> ParameterSets::take_changed() {
    if (!changed_)
        return std::nullopt;
    if (std::any_of(kinds_.begin(), kinds_.end(), [](const Kind &kind) { return kind.known.empty(); }))
        return std::nullopt;
    changed_ = false;
    FormatParameters parameters;
    for (const Kind &kind : kinds_) {
        if (!parameters.empty() && parameters.back().first == kind.parameter)
            parameters.back().second += "," + kind.known;
        else
            parameters.emplace_back(kind.parameter, kind.known);
    }
    return parameters;
}

}  // namespace rtspcore::rtp
