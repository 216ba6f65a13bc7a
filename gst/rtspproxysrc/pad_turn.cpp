// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pad_turn.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/ref.h"

namespace rtspproxy {

using rtspcore::Ref;

struct PadTurn::Turns {
    std::mutex mutex;
    std::condition_variable changed;
    std::thread::id holder;
    unsigned depth = 0;

    bool take() {
        constexpr std::chrono::seconds kPatience{1};
        const auto self = std::this_thread::get_id();
        std::unique_lock lock(mutex);
        if (!changed.wait_for(lock, kPatience, [&] { return depth == 0 || holder == self; }))
            return false;
        holder = self;
        ++depth;
        return true;
    }
    void give_back() {
        {
            const std::lock_guard lock(mutex);
            --depth;
        }
        changed.notify_one();
    }
};

// It belongs to the outermost bin.
std::shared_ptr<PadTurn::Turns> PadTurn::turns_of(GstElement *element) {
    using Shared = std::shared_ptr<Turns>;
    static const GQuark kKey = g_quark_from_static_string("rtspproxysrc-pad-turn");
    auto top = Ref<GstObject>::share(GST_OBJECT(element));
    while (auto parent = Ref<GstObject>::adopt(gst_object_get_parent(top.get())))
        top = std::move(parent);
    GST_OBJECT_LOCK(top.get());
    auto *turns = static_cast<Shared *>(g_object_get_qdata(G_OBJECT(top.get()), kKey));
    if (!turns) {
        turns = new Shared(std::make_shared<Turns>());
        g_object_set_qdata_full(G_OBJECT(top.get()), kKey, turns,
                                [](gpointer shared) { delete static_cast<Shared *>(shared); });
    }
    Shared copy = *turns;
    GST_OBJECT_UNLOCK(top.get());
    return copy;
}

PadTurn::PadTurn(GstElement *element) : turns_(turns_of(element)), has_turn_(turns_->take()) {}

PadTurn::~PadTurn() {
    if (has_turn_)
        turns_->give_back();
}

}  // namespace rtspproxy
