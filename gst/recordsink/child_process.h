// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace recordsink {

// Runs programs, one at a time, each in a process group of its own, which is killed when its time is over. No shell,
// and no signal handler but GLib's. Confined to one thread, but for hurry().
class ChildProcess {
public:
    using Moment = std::chrono::steady_clock::time_point;
    struct Call {
        std::vector<std::string> words;
        std::vector<std::pair<std::string, std::string>> environment;  // beside ours
        std::string input;                                             // none: /dev/null
    };

    ChildProcess() : context_(g_main_context_new()) {}
    ~ChildProcess() { g_main_context_unref(context_); }
    ChildProcess(const ChildProcess &) = delete;
    ChildProcess &operator=(const ChildProcess &) = delete;

    // Blocks until it has ended, or `deadline()`, which is asked again whenever hurry() is called. Gives what went
    // wrong; empty if it ended with 0.
    [[nodiscard]] std::string run(const Call &call, const std::function<Moment()> &deadline);
    // The deadline may be another. Safe.
    void hurry() { g_main_context_wakeup(context_); }

private:
    struct Ending;

    static void note_end(GObject *process, GAsyncResult *result, gpointer ending);
    void wait(const Ending &ending, const std::function<Moment()> &deadline);

    GMainContext *context_;
};

}  // namespace recordsink
