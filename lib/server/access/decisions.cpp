// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/decisions.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace rtspcore::server::access {

bool Decision::answer(bool allow) const {
    return decisions_->answer(id_, allow);
}

bool Decision::waits() const {
    return decisions_->waits(id_);
}

OpenQuestion::~OpenQuestion() {
    decisions_->close(id_);
}

std::optional<bool> OpenQuestion::answer() const {
    return decisions_->answer_to(id_);
}

Decisions::Decisions() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

std::vector<uint64_t> Decisions::take_answered() {
    uint64_t count = 0;
    (void)!::read(fd_.get(), &count, sizeof count);
    return std::exchange(content_.lock()->answered, {});
}

std::shared_ptr<OpenQuestion> Decisions::open(uint64_t connection) {
    auto content = content_.lock();
    const uint64_t id = content->next++;
    content->entries.emplace(id, Entry{connection, {}});
    content.unlock();
    return std::make_shared<OpenQuestion>(shared_from_this(), id);
}

bool Decisions::answer(uint64_t id, bool allow) {
    {
        auto content = content_.lock();
        const auto found = content->entries.find(id);
        if (found == content->entries.end() || found->second.answer)
            return false;
        found->second.answer = allow;
        content->answered.push_back(found->second.connection);
    }
    const uint64_t one = 1;
    (void)!::write(fd_.get(), &one, sizeof one);
    return true;
}

bool Decisions::waits(uint64_t id) {
    auto content = content_.lock();
    const auto found = content->entries.find(id);
    return found != content->entries.end() && !found->second.answer;
}

std::optional<bool> Decisions::answer_to(uint64_t id) {
    auto content = content_.lock();
    const auto found = content->entries.find(id);
    return found == content->entries.end() ? std::nullopt : found->second.answer;
}

void Decisions::close(uint64_t id) {
    content_.lock()->entries.erase(id);
}

}  // namespace rtspcore::server::access
