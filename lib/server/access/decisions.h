// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/unique_fd.h"

namespace rtspcore::server::access {

class Decisions;

// What an application is asked to decide on. A plain value.
struct Question {
    std::string user;     // empty: nobody was asked, or a token was enough
    std::string address;  // numeric, of the client
    std::string mapping;
    std::string method;  // DESCRIBE or SETUP
};

// The answer that an application owes, now or later, from any thread; the first one counts. May outlive the server.
// None in time is a refusal. Safe.
class Decision {
public:
    Decision(std::shared_ptr<Decisions> decisions, uint64_t id) : decisions_(std::move(decisions)), id_(id) {}
    // Whether it still waited.
    bool answer(bool allow) const;
    // False once it is answered, or the viewer is refused or gone.
    [[nodiscard]] bool waits() const;

private:
    std::shared_ptr<Decisions> decisions_;
    uint64_t id_;
};

// Called on an I/O thread: must not block, and may answer at once.
using Authorize = std::function<void(const Question &, const Decision &)>;

// A question that waits for its answer, for as long as this exists.
class OpenQuestion {
public:
    OpenQuestion(std::shared_ptr<Decisions> decisions, uint64_t id) : decisions_(std::move(decisions)), id_(id) {}
    ~OpenQuestion();
    OpenQuestion(const OpenQuestion &) = delete;
    OpenQuestion &operator=(const OpenQuestion &) = delete;

    // Nothing while it has not come.
    [[nodiscard]] std::optional<bool> answer() const;
    // For the application.
    [[nodiscard]] Decision decision() const { return {decisions_, id_}; }

private:
    const std::shared_ptr<Decisions> decisions_;
    const uint64_t id_;
};

// The questions of one I/O thread that are open. Safe; bounded by the connections, each of which waits for one at most.
class Decisions : public std::enable_shared_from_this<Decisions> {
public:
    Decisions();

    // Readable when answers have come; for the event loop of the thread that asks.
    [[nodiscard]] int fd() const { return fd_.get(); }
    // The connections (Connection::id()) whose answers have come since the last call.
    std::vector<uint64_t> take_answered();

    // A question on behalf of a connection.
    std::shared_ptr<OpenQuestion> open(uint64_t connection);

private:
    friend class Decision;
    friend class OpenQuestion;
    bool answer(uint64_t id, bool allow);
    bool waits(uint64_t id);
    std::optional<bool> answer_to(uint64_t id);
    void close(uint64_t id);

    struct Entry {
        uint64_t connection;
        std::optional<bool> answer;
    };
    struct Content {
        std::map<uint64_t, Entry> entries;
        std::vector<uint64_t> answered;
        uint64_t next = 1;
    };
    UniqueFd fd_;
    Guarded<Content> content_;
};

}  // namespace rtspcore::server::access
