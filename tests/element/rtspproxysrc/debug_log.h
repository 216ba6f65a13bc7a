// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <mutex>
#include <string>

namespace rtspsink::test {

// What this process writes to GStreamer's debug log from here on, instead of writing it; one at a time. Safe.
class DebugLog {
public:
    explicit DebugLog(const char *thresholds) {
        {
            const std::lock_guard lock(lines().mutex);
            lines().text.clear();
        }
        gst_debug_remove_log_function(gst_debug_log_default);
        gst_debug_add_log_function(take, nullptr, nullptr);
        gst_debug_set_threshold_from_string(thresholds, TRUE);
    }
    ~DebugLog() {
        gst_debug_set_threshold_from_string("*:0", TRUE);
        gst_debug_remove_log_function(take);
        gst_debug_add_log_function(gst_debug_log_default, nullptr, nullptr);
    }
    DebugLog(const DebugLog &) = delete;
    DebugLog &operator=(const DebugLog &) = delete;

    // The line with that word; empty if there is none.
    [[nodiscard]] static std::string line_with(const std::string &word) {
        const std::lock_guard lock(lines().mutex);
        const std::string &text = lines().text;
        const size_t at = text.find(word);
        if (at == std::string::npos)
            return {};
        const size_t before = text.rfind('\n', at);
        const size_t begin = before == std::string::npos ? 0 : before + 1;
        return text.substr(begin, text.find('\n', at) - begin);
    }

private:
    struct Lines {
        std::mutex mutex;
        std::string text;
    };
    // Threads that log may still be in a function that has been removed, so that it outlives the log.
    static Lines &lines() {
        static Lines instance;
        return instance;
    }
    static void take(GstDebugCategory *category, GstDebugLevel, const gchar *, const gchar *, gint, GObject *,
                     GstDebugMessage *message, gpointer) {
        const std::string line = gst_debug_message_get(message);
        const std::lock_guard lock(lines().mutex);
        lines().text.append(gst_debug_category_get_name(category)).append(": ").append(line).append("\n");
    }
};

}  // namespace rtspsink::test
