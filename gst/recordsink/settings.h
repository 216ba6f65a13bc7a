// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

#include <cstdint>
#include <string>

namespace recordsink {

// The values are those of the enums that applications see.
enum class Format : int { Mp4, Ts, Mkv };
enum class OnError : int { Continue, Error };
GType format_type();
GType on_error_type();

// The element's properties. Plain values; whoever shares them guards them. Durations are in milliseconds.
struct Settings {
    std::string location;
    Format format = Format::Mp4;
    unsigned segment_duration = 60000;  // 0: no bound
    uint64_t segment_bytes = 0;         // 0: no bound
    unsigned fragment_duration = 1000;
    unsigned queue_duration = 10000;
    uint64_t queue_bytes = 32 << 20;
    bool align = false;
    std::string camera;            // empty: the element's name
    uint64_t max_age = 0;          // of finished segments; 0: no bound
    uint64_t max_total_bytes = 0;  // 0: no bound
    uint64_t min_free_bytes = 0;   // 0: no bound
    std::string segment_command;   // empty: none
    std::string segment_post;      // a URL; empty: none
    unsigned delivery_timeout = 60000;
    unsigned delivery_attempts = 5;
    OnError on_error = OnError::Continue;
    std::string clip_location;  // empty: no events
    unsigned pre_event = 10;    // seconds
    uint64_t pre_event_bytes = 64 << 20;
    unsigned clip_duration = 600000;  // 0: no bound
};

}  // namespace recordsink
