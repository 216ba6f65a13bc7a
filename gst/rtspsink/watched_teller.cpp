// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watched_teller.h"

#include "log.h"
#include "watched_event.h"

namespace rtspsink {

using Shared = std::shared_ptr<WatchedTeller>;

WatchedTeller::WatchedTeller(GstBaseSink *sink) {
    g_weak_ref_init(&sink_, sink);
}

WatchedTeller::~WatchedTeller() {
    g_weak_ref_clear(&sink_);
}

void WatchedTeller::tell(bool watched, uint64_t number, const std::string &mapping) {
    {
        auto state = state_.lock();
        if (number <= state->number)
            return;
        state->number = number;
        state->watched = watched;
        state->mapping = mapping;
    }
    start();
}

void WatchedTeller::tell_again() {
    state_.lock()->told.reset();
    start();
}

// One thread at a time, so that the last event is the newest.
void WatchedTeller::start() {
    const auto sink = Ref<GstElement>::adopt(static_cast<GstElement *>(g_weak_ref_get(&sink_)));
    {
        auto state = state_.lock();
        const bool is_known = state->told.value_or(false) == state->watched;
        if (!sink || state->telling || is_known)
            return;
        state->telling = true;
    }
    gst_element_call_async(sink.get(), push, new Shared(shared_from_this()),
                           [](gpointer shared) { delete static_cast<Shared *>(shared); });
}

bool WatchedTeller::next(bool &watched, std::string &mapping) {
    auto state = state_.lock();
    watched = state->watched;
    mapping = state->mapping;
    if (state->told == watched)
        state->telling = false;
    state->told = watched;
    return state->telling;
}

void WatchedTeller::push(GstElement *element, gpointer user_data) {
    auto &self = **static_cast<Shared *>(user_data);
    bool watched = false;
    std::string mapping;
    while (self.next(watched, mapping)) {
        const bool taken = gst_pad_push_event(GST_BASE_SINK_PAD(element), new_watched_event(watched, mapping));
        GST_DEBUG_OBJECT(element, "%s is %swatched%s", mapping.c_str(), watched ? "" : "not ",
                         taken ? "" : ": nobody upstream takes note");
    }
}

}  // namespace rtspsink
