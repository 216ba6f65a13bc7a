// SPDX-License-Identifier: LGPL-2.1-or-later
#include "retainer.h"

#include <chrono>

namespace recordsink {

namespace {

constexpr std::chrono::seconds kInterval{5};

}  // namespace

Retainer::Retainer(Retention retention, Tell tell) : retention_(std::move(retention)), tell_(std::move(tell)) {
    thread_ = std::thread([this] { run(); });
}

Retainer::~Retainer() {
    stop();
}

void Retainer::note(const std::function<void(News &)> &change) {
    const std::lock_guard lock(mutex_);
    change(news_);
    noted_.notify_all();
}

void Retainer::also(const Location &location) {
    note([&](News &news) { news.locations.push_back(location); });
}

void Retainer::add(ListedSegment segment) {
    note([&](News &news) { news.segments.push_back(std::move(segment)); });
}

void Retainer::stop() {
    note([](News &news) { news.stopping = true; });
    if (thread_.joinable())
        thread_.join();
}

Retainer::News Retainer::wait_for_news() {
    std::unique_lock lock(mutex_);
    noted_.wait_for(lock, kInterval,
                    [&] { return news_.stopping || !news_.locations.empty() || !news_.segments.empty(); });
    News news = std::move(news_);
    news_ = {};
    news_.stopping = news.stopping;
    return news;
}

void Retainer::run() {
    for (bool stopping = false; !stopping;) {
        News news = wait_for_news();
        stopping = news.stopping;
        for (const Location &location : news.locations)
            retention_.also(location);
        for (ListedSegment &segment : news.segments)
            retention_.add(std::move(segment));
        for (const Retention::Removed &removed : retention_.apply())
            tell_(removed);
    }
}

}  // namespace recordsink
