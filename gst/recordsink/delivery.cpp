// SPDX-License-Identifier: LGPL-2.1-or-later
#include "delivery.h"

#include <algorithm>
#include <memory>

namespace recordsink {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds kLongestPause{60000};

std::vector<std::string> words_of(const std::string &command, std::string &problem) {
    gchar **words = nullptr;
    GError *error = nullptr;
    std::vector<std::string> list;
    if (!g_shell_parse_argv(command.c_str(), nullptr, &words, &error)) {
        problem = error->message;
        g_error_free(error);
        return list;
    }
    for (gchar **word = words; *word; word++)
        list.emplace_back(*word);
    g_strfreev(words);
    return list;
}

// Its other words may be secret.
std::string problem_with_command(const std::string &command) {
    std::string problem;
    const std::vector<std::string> words = words_of(command, problem);
    if (!problem.empty())
        return problem;
    const std::unique_ptr<gchar, decltype(&g_free)> program(g_find_program_in_path(words[0].c_str()), g_free);
    if (program)
        return "";
    return "there is no program '" + words[0] + "' that can be run. Install it, or give its whole path";
}

// As the configuration of curl wants it.
std::string quoted(const std::string &text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += '\\';
        result += c;
    }
    return result + "\"\n";
}

// A process of its own: a library for HTTP would meet whichever version the application has of it. All that may be
// secret, and it may be in the URL, goes in by the standard input, where no list of processes shows it.
ChildProcess::Call post_call(const std::string &url, const std::string &line) {
    ChildProcess::Call call;
    call.words = {"curl", "--disable", "--silent", "--fail", "--globoff", "--output", "/dev/null", "--config", "-"};
    call.input = "url = " + quoted(url) + "proto = \"=http,https\"\nheader = \"Content-Type: application/json\"\n" +
                 "data-raw = " + quoted(line);
    return call;
}

ChildProcess::Call command_call(std::vector<std::string> words, const FinishedSegment &segment) {
    words.push_back(segment.path);
    return {std::move(words), {{"RECORDSINK_FILE", segment.path}, {"RECORDSINK_LINE", segment.line}}, ""};
}

}  // namespace

Delivery::Plan Delivery::Plan::of(const Settings &settings) {
    Plan plan;
    std::string problem;
    plan.command = words_of(settings.segment_command, problem);
    plan.post = settings.segment_post;
    plan.timeout = milliseconds(settings.delivery_timeout);
    plan.attempts = settings.delivery_attempts;
    return plan;
}

std::string Delivery::problem_with(const Settings &settings) {
    std::string problem;
    if (!settings.segment_command.empty())
        problem = problem_with_command(settings.segment_command);
    if (!problem.empty())
        return "Property 'segment-command': " + problem;
    const std::string &url = settings.segment_post;
    const bool is_http = g_str_has_prefix(url.c_str(), "http://") || g_str_has_prefix(url.c_str(), "https://");
    const bool is_one_line = std::none_of(url.begin(), url.end(), [](unsigned char c) { return c <= ' '; });
    if (!url.empty() && !(is_http && is_one_line))
        return "Property 'segment-post' is no URL that begins with http:// or https://";
    return "";
}

Delivery::Delivery(Plan plan, Tell tell) : plan_(std::move(plan)), tell_(std::move(tell)) {
    thread_ = std::thread([this] { run(); });
}

Delivery::~Delivery() {
    stop();
}

void Delivery::add(FinishedSegment segment) {
    std::string given_up;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= kMostWaiting) {
            given_up = waiting_.front().path;
            waiting_.pop_front();
        }
        waiting_.push_back(std::move(segment));
        noted_.notify_all();
    }
    if (!given_up.empty())
        tell_({given_up, false, "too many segments wait"});
}

void Delivery::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (!stop_by_)
            stop_by_ = steady_clock::now() + plan_.to_stop;
        noted_.notify_all();
    }
    child_.hurry();
    if (thread_.joinable())
        thread_.join();
}

bool Delivery::is_stopping() {
    const std::lock_guard lock(mutex_);
    return stop_by_.has_value();
}

steady_clock::time_point Delivery::stop_deadline() {
    const std::lock_guard lock(mutex_);
    return stop_by_.value_or(steady_clock::time_point::max());
}

// False when it is to stop and nothing waits.
bool Delivery::take(FinishedSegment &segment) {
    std::unique_lock lock(mutex_);
    noted_.wait(lock, [&] { return stop_by_ || !waiting_.empty(); });
    if (waiting_.empty())
        return false;
    segment = std::move(waiting_.front());
    waiting_.pop_front();
    return true;
}

void Delivery::run() {
    FinishedSegment segment;
    while (take(segment))
        deliver(segment);
}

void Delivery::deliver(const FinishedSegment &segment) {
    command_done_ = plan_.command.empty();
    std::string problem;
    milliseconds length = plan_.first_pause;
    for (unsigned number = 1; number <= plan_.attempts; number++) {
        problem = attempt(segment);
        if (problem.empty() || is_stopping())
            break;
        if (number < plan_.attempts)
            pause(length);
        length = std::min(length * 2, kLongestPause);
    }
    tell_({segment.path, problem.empty(), problem});
}

std::string Delivery::attempt(const FinishedSegment &segment) {
    if (!command_done_) {
        const std::string problem = run_child(command_call(plan_.command, segment));
        if (!problem.empty())
            return plan_.command[0] + ": " + problem;
        command_done_ = true;
    }
    if (plan_.post.empty())
        return "";
    const std::string problem = run_child(post_call(plan_.post, segment.line));
    return problem.empty() ? "" : "curl: " + problem;
}

std::string Delivery::run_child(const ChildProcess::Call &call) {
    if (stop_deadline() <= steady_clock::now())
        return "there was no time left before the stop";
    const auto deadline = steady_clock::now() + plan_.timeout;
    return child_.run(call, [&] { return std::min(deadline, stop_deadline()); });
}

void Delivery::pause(milliseconds length) {
    std::unique_lock lock(mutex_);
    noted_.wait_for(lock, length, [&] { return stop_by_.has_value(); });
}

}  // namespace recordsink
