// SPDX-License-Identifier: LGPL-2.1-or-later
#include "connect_plan.h"

#include <algorithm>
#include <utility>

namespace rtspproxy {

using rtspcore::Duration;
using rtspcore::Time;

namespace {

// Cameras lock out who comes with a wrong password too often.
constexpr int kUnauthorizedFactor = 10;
constexpr unsigned kMaxDoublings = 16;

}  // namespace

ConnectPlan::ConnectPlan(Config config, Chance chance)
    : config_(std::move(config)),
      chance_(std::move(chance)),
      remembered_(config_.transports.size()),
      tried_(config_.transports.size()) {}

void ConnectPlan::playing(Time now) {
    if (std::exchange(playing_, true))
        return;
    since_ = now;
    attempts_ = 0;
    remembered_[current_.location] = current_.transport;
}

ConnectPlan::Step ConnectPlan::failed(Time now, Reason reason, bool described) {
    ++attempts_;
    if (std::exchange(playing_, false))
        return lost(now);
    const bool another_transport = ++transports_tried_ < config_.transports[current_.location];
    if (described && another_transport && may_be_the_transport(reason)) {
        current_.transport = (current_.transport + 1) % config_.transports[current_.location];
        return {current_, {}, false};
    }
    tried_[current_.location] = true;
    return next_location(reason);
}

void ConnectPlan::go_to(size_t location) {
    playing_ = false;
    std::fill(tried_.begin(), tried_.end(), false);
    (void)step_to(location, Duration());
}

// What was lost after a moment only is no better than what never came: the waits go on growing.
ConnectPlan::Step ConnectPlan::lost(Time now) {
    if (now - since_ >= config_.backoff_max)
        rounds_ = 0;
    std::fill(tried_.begin(), tried_.end(), false);
    tried_[current_.location] = true;
    if (tried_.size() > 1)
        return next_location(Reason::None);
    const Step step = next_location(Reason::None);
    return {step.attempt, step.wait, false};
}

ConnectPlan::Step ConnectPlan::next_location(Reason reason) {
    const auto untried = std::find(tried_.begin(), tried_.end(), false);
    if (untried != tried_.end())
        return step_to(static_cast<size_t>(untried - tried_.begin()), Duration());
    std::fill(tried_.begin(), tried_.end(), false);
    Step step = step_to(0, backoff(reason));
    step.round_over = true;
    return step;
}

ConnectPlan::Step ConnectPlan::step_to(size_t location, Duration wait) {
    current_ = {location, remembered_[location]};
    transports_tried_ = 0;
    return {current_, wait, false};
}

Duration ConnectPlan::backoff(Reason reason) {
    const Duration full =
        std::min<Duration>(config_.backoff_min * (1LL << std::min(rounds_++, kMaxDoublings)), config_.backoff_max);
    const Duration longest = reason == Reason::Unauthorized ? config_.backoff_max * kUnauthorizedFactor : full;
    return Duration(static_cast<int64_t>(static_cast<double>(longest.count()) * (1.0 - chance_() / 2)));
}

}  // namespace rtspproxy
