// SPDX-License-Identifier: LGPL-2.1-or-later
#include "aftercare.h"

#include <algorithm>

namespace recordsink {

RetentionBounds Aftercare::bounds_of(const Settings &settings) {
    return {static_cast<int64_t>(settings.max_age) * 1'000'000, settings.max_total_bytes, settings.min_free_bytes};
}

Aftercare::Aftercare(const Settings &settings, Location location, Index index, Teller *teller)
    : location_(std::move(location)), index_(std::move(index)), teller_(teller) {
    const RetentionBounds bounds = bounds_of(settings);
    if (bounds.any())
        retainer_ = std::make_unique<Retainer>(Retention(bounds, index_, RetentionView::real(index_.folder())),
                                               [this](const Retention::Removed &r) { teller_->removed(r); });
    if (!settings.segment_command.empty() || !settings.segment_post.empty())
        delivery_ = std::make_unique<Delivery>(
            Delivery::Plan::of(settings), [this](const Delivery::Outcome &outcome) { teller_->delivery(outcome); });
}

void Aftercare::start(const std::vector<IndexEntry> &recovered) {
    if (retainer_ && !location_.needs_mapping())
        retainer_->also(location_);
    if (delivery_)
        for (const IndexEntry &entry : recovered)
            delivery_->add({index_.path_of(entry.name), json(entry)});
}

void Aftercare::told_mapping(const std::string &mapping) {
    if (!retainer_ || !location_.needs_mapping())
        return;
    auto mappings = mappings_.lock();
    if (std::find(mappings->begin(), mappings->end(), mapping) != mappings->end())
        return;
    mappings->push_back(mapping);
    mappings.unlock();
    retainer_->also(location_.of_mapping(mapping));
}

void Aftercare::finished(const std::string &path, const IndexEntry &entry) {
    if (delivery_)
        delivery_->add({path, json(entry)});
    // A clip may be of another folder.
    if (retainer_ && index_.path_of(entry.name) == path)
        retainer_->add({entry.name, entry.end, entry.bytes});
}

void Aftercare::stop() {
    if (delivery_)
        delivery_->stop();
    if (retainer_)
        retainer_->stop();
}

}  // namespace recordsink
