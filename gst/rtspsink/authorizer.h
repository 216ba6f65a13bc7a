// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/access/decisions.h"

namespace rtspsink {

// What a handler of the signal `authorize` returns.
enum class Verdict : int { Later = 0, Allow = 1, Refuse = 2 };
GType verdict_type();

// Brings the server's questions to the application: the signal `authorize` is emitted on a thread of GStreamer's pool,
// so that a handler may take its time; of viewers who still wait, and only between open() and close(). Safe. May
// outlive the element, for which it then answers no.
class Authorizer : public std::enable_shared_from_this<Authorizer> {
public:
    // `signal`: the id of `authorize`.
    Authorizer(GstElement *element, guint signal);
    ~Authorizer();
    Authorizer(const Authorizer &) = delete;
    Authorizer &operator=(const Authorizer &) = delete;

    void open();
    // Refuses what is not answered yet, and waits for handlers that run; not for one that calls this.
    void close();

    // For the server. While nobody has connected to the signal, everybody may.
    [[nodiscard]] rtspcore::server::access::Authorize callback();
    // The answer to a question that a handler put off; false if there is no such question (any more).
    bool decide(uint64_t request, bool allow);

private:
    using Question = rtspcore::server::access::Question;
    using Decision = rtspcore::server::access::Decision;

    // Questions that no handler ever answers; the server has refused them long before.
    static constexpr size_t kMostOpen = 1024;

    void ask(const Question &question, const Decision &decision);
    uint64_t keep(const Decision &decision);
    std::vector<Decision> forget_all();
    // Whether the handlers may be called about a request; if so, end_call() follows.
    bool begin_call(uint64_t request, const Decision &decision);
    void end_call();
    void emit(GstElement *element, uint64_t request, const Question &question);

    GWeakRef element_;
    const guint signal_;

    std::mutex mutex_;
    std::condition_variable call_ended_;
    // Under the mutex:
    bool is_open_ = false;
    std::map<uint64_t, Decision> decisions_;
    uint64_t next_request_ = 1;
    std::vector<std::thread::id> calls_;  // threads on which handlers run
};

}  // namespace rtspsink
