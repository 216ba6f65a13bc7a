// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watched_teller.h"

#include "log.h"

namespace rtspsink {

using rtspcore::server::MountTable;
using Shared = std::shared_ptr<WatchedTeller>;

WatchedTeller::WatchedTeller(GstPad *pad) {
    g_weak_ref_init(&pad_, pad);
}

WatchedTeller::~WatchedTeller() {
    g_weak_ref_clear(&pad_);
}

void WatchedTeller::tell_viewers(unsigned viewers, uint64_t number, const std::string &mapping) {
    {
        auto state = state_.lock();
        if (number <= state->number)
            return;
        state->number = number;
        state->viewers = viewers;
        state->mapping = mapping;
    }
    start();
}

void WatchedTeller::tell_demand(const MountTable::Demand &demand, const std::string &mapping) {
    {
        auto state = state_.lock();
        if (demand.number <= state->demand.number)
            return;
        state->demand = demand;
        state->mapping = mapping;
    }
    start();
}

void WatchedTeller::end_viewers() {
    state_.lock()->viewers = 0;
    start();
}

void WatchedTeller::tell_again() {
    state_.lock()->told.reset();
    start();
}

// One thread at a time, so that the last event is the newest.
void WatchedTeller::start() {
    const auto pad = Ref<GstPad>::adopt(static_cast<GstPad *>(g_weak_ref_get(&pad_)));
    const auto element = pad ? Ref<GstElement>::adopt(gst_pad_get_parent_element(pad.get())) : Ref<GstElement>();
    {
        auto state = state_.lock();
        const bool is_known = state->told.value_or(Watchers{}) == state->now();
        if (!element || state->telling || is_known)
            return;
        state->telling = true;
    }
    gst_element_call_async(element.get(), push, new Shared(shared_from_this()),
                           [](gpointer shared) { delete static_cast<Shared *>(shared); });
}

bool WatchedTeller::next(Watchers &watchers, std::string &mapping) {
    auto state = state_.lock();
    watchers = state->now();
    mapping = state->mapping;
    if (state->told == watchers)
        state->telling = false;
    state->told = watchers;
    return state->telling;
}

void WatchedTeller::push(GstElement *element, gpointer user_data) {
    auto &self = **static_cast<Shared *>(user_data);
    const auto pad = Ref<GstPad>::adopt(static_cast<GstPad *>(g_weak_ref_get(&self.pad_)));
    Watchers watchers;
    std::string mapping;
    while (self.next(watchers, mapping)) {
        const bool taken = pad && gst_pad_push_event(pad.get(), new_watched_event(watchers, mapping));
        GST_DEBUG_OBJECT(element, "%s has %u viewers%s", mapping.c_str(), watchers.viewers,
                         taken ? "" : ": nobody upstream takes note");
    }
}

}  // namespace rtspsink
