// SPDX-License-Identifier: LGPL-2.1-or-later
#include "child_process.h"

#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "base/ref.h"
#include "log.h"

namespace recordsink {

using rtspcore::Ref;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// For a process that was killed to be gone; one that hangs in the kernel is left behind.
constexpr milliseconds kPatience{1000};
constexpr const char *kTooLong = "it did not end in time and was killed";

std::string taken(GError *error) {
    std::string text = error ? error->message : "unknown error";
    g_clear_error(&error);
    return text;
}

// No pipe: a child that does not read it all would send us SIGPIPE.
int readable(const std::string &text) {
    const int fd = memfd_create("input", MFD_CLOEXEC);
    if (fd < 0 || write(fd, text.data(), text.size()) < 0 || lseek(fd, 0, SEEK_SET) != 0)
        GST_WARNING("cannot hand over the input: %s", g_strerror(errno));
    return fd;
}

// Between fork and exec, so nothing but system calls.
void lead_group(gpointer) {
    setpgid(0, 0);
}

Ref<GSubprocess> start(const ChildProcess::Call &call, GError **error) {
    const auto flags =
        static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    const auto launcher = Ref<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(flags));
    g_subprocess_launcher_set_child_setup(launcher.get(), lead_group, nullptr, nullptr);
    if (!call.input.empty())
        g_subprocess_launcher_take_stdin_fd(launcher.get(), readable(call.input));
    for (const auto &[name, value] : call.environment)
        g_subprocess_launcher_setenv(launcher.get(), name.c_str(), value.c_str(), TRUE);
    std::vector<const gchar *> words;
    for (const std::string &word : call.words)
        words.push_back(word.c_str());
    words.push_back(nullptr);
    return Ref<GSubprocess>::adopt(g_subprocess_launcher_spawnv(launcher.get(), words.data(), error));
}

void kill_group(GSubprocess *process) {
    // None once it was waited for, so the number is nobody else's.
    const gchar *number = g_subprocess_get_identifier(process);
    if (number)
        kill(-static_cast<pid_t>(atol(number)), SIGKILL);
}

gboolean nothing(gpointer) {
    return G_SOURCE_REMOVE;
}

}  // namespace

// Shared with the call that is under way, which may outlast us.
struct ChildProcess::Ending {
    bool ended = false;
    std::string problem;
};

void ChildProcess::note_end(GObject *object, GAsyncResult *result, gpointer data) {
    auto *shared = static_cast<std::shared_ptr<Ending> *>(data);
    Ending &ending = **shared;
    auto *process = G_SUBPROCESS(object);
    ending.ended = true;
    if (!g_subprocess_wait_finish(process, result, nullptr))
        ending.problem = "it could not be waited for";
    else if (!g_subprocess_get_if_exited(process))
        ending.problem = "it was killed by signal " + std::to_string(g_subprocess_get_term_sig(process));
    else if (const int status = g_subprocess_get_exit_status(process); status != 0)
        ending.problem = "it ended with status " + std::to_string(status);
    delete shared;
}

void ChildProcess::wait(const Ending &ending, const std::function<Moment()> &deadline) {
    while (!ending.ended) {
        const auto left = std::chrono::duration_cast<milliseconds>(deadline() - steady_clock::now()).count();
        if (left <= 0)
            return;
        GSource *timer = g_timeout_source_new(static_cast<guint>(left) + 1);
        g_source_set_callback(timer, nothing, nullptr, nullptr);
        g_source_attach(timer, context_);
        g_main_context_iteration(context_, TRUE);
        g_source_destroy(timer);
        g_source_unref(timer);
    }
}

std::string ChildProcess::run(const Call &call, const std::function<Moment()> &deadline) {
    GError *error = nullptr;
    g_main_context_push_thread_default(context_);
    const Ref<GSubprocess> process = start(call, &error);
    const auto ending = std::make_shared<Ending>();
    if (process) {
        g_subprocess_wait_async(process.get(), nullptr, note_end, new std::shared_ptr<Ending>(ending));
        wait(*ending, deadline);
        if (!ending->ended) {
            kill_group(process.get());
            const Moment end = steady_clock::now() + kPatience;
            wait(*ending, [&] { return end; });
            ending->problem = kTooLong;
        }
    }
    g_main_context_pop_thread_default(context_);
    return process ? ending->problem : taken(error);
}

}  // namespace recordsink
