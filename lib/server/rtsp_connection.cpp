// SPDX-License-Identifier: LGPL-2.1-or-later
// RTSP on a connection: what comes in, one message after the other, and the request that waits.
#include <utility>
#include <variant>

#include "base/log.h"
#include "server/connection.h"
#include "server/io_thread.h"
#include "server/server.h"

namespace rtspcore::server {

namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

void Connection::take_in(std::span<const uint8_t> bytes, Time now) {
    if (!parser_.in_message())
        message_began_ = now;
    parser_.feed(bytes);
    handle_input();
}

void Connection::handle_input() {
    while (!doomed_ && !parked_ && !closing_) {
        auto item = parser_.next();
        if (std::holds_alternative<rtsp::MessageParser::NeedMore>(item))
            break;
        handle_item(std::move(item));
        message_began_ = thread_->loop().now();
    }
    if (!doomed_)
        pump(thread_->loop().now());
}

void Connection::handle_item(rtsp::MessageParser::Item item) {
    std::visit(Overloaded{
                   [](rtsp::MessageParser::NeedMore) {},
                   [](rtsp::MessageParser::IgnoredResponse) {},
                   [this](const rtsp::Request &request) {
                       thread_->server().statistics().requests.fetch_add(1, std::memory_order_relaxed);
                       handle_request(request, false);
                   },
                   [this](const rtsp::MessageParser::InterleavedFrame &frame) { handle_interleaved(frame); },
                   [this](const rtsp::MessageParser::Malformed &malformed) { handle_malformed(malformed); },
               },
               item);
}

void Connection::handle_request(const rtsp::Request &request, bool last_chance, const ParkedRequest *before) {
    last_request_ = thread_->loop().now();
    has_spoken_ = true;
    Outcome outcome = thread_->requests().handle(*this, request, last_chance, before);
    auto *parked = std::get_if<ParkedRequest>(&outcome);
    if (!parked)
        return answer(std::get<Answer>(outcome));
    if (before && before->reason == parked->reason)
        parked->deadline = before->deadline;
    park(std::move(*parked));
}

void Connection::handle_malformed(const rtsp::MessageParser::Malformed &malformed) {
    CORE_INFO("%s sent no RTSP message: %s", peer_.to_string().c_str(), malformed.reason.c_str());
    Answer reply;
    reply.response = thread_->requests().refuse_malformed(malformed);
    reply.closes = !malformed.resynchronised;
    answer(reply);
}

void Connection::handle_interleaved(const rtsp::MessageParser::InterleavedFrame &frame) {
    thread_->on_interleaved(*this, frame.channel, frame.payload);
}

void Connection::answer(const Answer &answer) {
    queue(answer.response.serialize());
    closing_ = closing_ || answer.closes;
    if (!answer.afterwards)
        return;
    pump(thread_->loop().now());
    if (!doomed_)
        answer.afterwards();
}

void Connection::park(ParkedRequest parked) {
    const auto reason = parked.reason;
    const Time deadline = parked.deadline;
    const unsigned thread = parked.thread;
    parked_ = std::move(parked);
    if (reason == ParkedRequest::For::Thread)
        thread_->schedule_move_to_thread(*this, thread);
    else if (reason == ParkedRequest::For::Elsewhere)
        leave_to_fallback();
    else
        park_timer_ = thread_->loop().start_timer(deadline, [this] {
            park_timer_ = 0;
            resume(true);
        });
    follow_interest();
}

// What was answered before has to be sent by us.
void Connection::leave_to_fallback() {
    pump(thread_->loop().now());
    if (writer_.idle())
        thread_->schedule_move_to_fallback(*this);
    else
        doom("does not read its answers");
}

void Connection::resume(bool last_chance) {
    if (role_ == Role::TunnelPost && !post_->get && !doomed_)
        return join_tunnel();
    if (!parked_ || doomed_)
        return;
    thread_->loop().cancel_timer(std::exchange(park_timer_, 0));
    const ParkedRequest parked = *std::exchange(parked_, std::nullopt);
    handle_request(parked.request, last_chance, &parked);
    handle_input();
    if (!doomed_)
        follow_interest();
}

}  // namespace rtspcore::server
