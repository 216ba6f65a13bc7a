// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

#include "base/guarded.h"
#include "base/log.h"

namespace rtspcore::test {

// What the server core logs, from INFO on, as long as this is there.
class LogRecord {
public:
    LogRecord() {
        gst_debug_category_set_threshold(log_category(), GST_LEVEL_INFO);
        gst_debug_remove_log_function(gst_debug_log_default);
        gst_debug_add_log_function(&LogRecord::add, this, nullptr);
    }
    ~LogRecord() {
        gst_debug_remove_log_function_by_data(this);
        gst_debug_add_log_function(gst_debug_log_default, nullptr, nullptr);
        gst_debug_category_reset_threshold(log_category());
    }
    LogRecord(const LogRecord &) = delete;
    LogRecord &operator=(const LogRecord &) = delete;

    [[nodiscard]] std::string text() { return *text_.lock(); }
    [[nodiscard]] bool has(const std::string &part) { return text().find(part) != std::string::npos; }
    // How many records have it.
    [[nodiscard]] size_t count(const std::string &part) {
        const std::string all = text();
        size_t found = 0;
        for (size_t at = all.find(part); at != std::string::npos; at = all.find(part, at + part.size()))
            ++found;
        return found;
    }

private:
    static void add(GstDebugCategory *category, GstDebugLevel, const gchar *, const gchar *, gint, GObject *,
                    GstDebugMessage *message, gpointer self) {
        if (category == log_category())
            *static_cast<LogRecord *>(self)->text_.lock() += std::string(gst_debug_message_get(message)) + "\n";
    }

    Guarded<std::string> text_;
};

}  // namespace rtspcore::test
