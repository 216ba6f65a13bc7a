// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pad_turn.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "pipeline_shared.h"

namespace rtspproxy {

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

PadTurn::PadTurn(GstElement *element)
    : turns_(pipeline_shared<Turns>(element, "rtspproxysrc-pad-turn")), has_turn_(turns_->take()) {}

PadTurn::~PadTurn() {
    if (has_turn_)
        turns_->give_back();
}

}  // namespace rtspproxy
