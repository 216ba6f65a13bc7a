// SPDX-License-Identifier: LGPL-2.1-or-later
#include "samples.h"

#include <algorithm>
#include <array>

namespace bench {

namespace {

constexpr std::array<float, 18> kBounds{0.05F, 0.1F, 0.2F, 0.5F,  1.0F,  2.0F,   5.0F,   10.0F,  20.0F,
                                        33.0F, 50.F, 66.F, 100.F, 200.F, 500.0F, 1000.F, 2000.F, 10000.0F};

float percentile(const std::vector<float> &sorted, size_t percent) {
    return sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)];
}

}  // namespace

Json Samples::summary() const {
    Json json = Json::object();
    json.set("count", values_.size());
    if (values_.empty())
        return json;
    std::vector<float> sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    json.set("min", sorted.front());
    json.set("p50", percentile(sorted, 50));
    json.set("p90", percentile(sorted, 90));
    json.set("p99", percentile(sorted, 99));
    json.set("max", sorted.back());
    return json;
}

Json Samples::histogram() const {
    std::array<size_t, kBounds.size() + 1> counts{};
    for (float value : values_)
        counts[static_cast<size_t>(std::upper_bound(kBounds.begin(), kBounds.end(), value) - kBounds.begin())]++;
    Json rows = Json::array();
    for (size_t i = 0; i < kBounds.size(); ++i) {
        Json row = Json::object();
        row.set("below_ms", kBounds[i]);
        row.set("count", counts[i]);
        rows.append(row);
    }
    return rows;
}

}  // namespace bench
