// SPDX-License-Identifier: LGPL-2.1-or-later
#include "load_options.h"

#include <glib.h>

#include <array>
#include <string_view>

namespace bench {

namespace {

// GOption's types for what is given on the command line.
struct Arguments {
    gchar *url = nullptr;
    gchar *transport = nullptr;
    gchar *tunnel = nullptr;
    gchar *bare = nullptr;
    gchar *stamps = nullptr;
    gboolean srtp = FALSE;
    gboolean kernel_time = FALSE;
    gint viewers = 1, mounts = 0, joiners = 0, stalled = 0, server = 0;
    gdouble join_rate = 200, joiner_rate = 20, alone = 0, settle = 2, window = 8;

    ~Arguments() {
        for (gchar *text : {url, transport, tunnel, bare, stamps})
            g_free(text);
    }
};

template <typename T>
struct Named {
    std::string_view name;
    T value;
};
// Clang 14 does not find it by itself.
template <typename T>
Named(std::string_view, T) -> Named<T>;

constexpr std::array kTransports{Named{"tcp", Transport::Tcp}, Named{"udp", Transport::Udp},
                                 Named{"multicast", Transport::Multicast}};
constexpr std::array kTunnels{Named{"", Tunnel::None}, Named{"http", Tunnel::Http},
                              Named{"websocket", Tunnel::WebSocket}};

// The first of the table is meant where nothing was given.
template <typename T, size_t Size>
std::optional<T> lookup(const std::array<Named<T>, Size> &table, const gchar *name) {
    for (const Named<T> &entry : table)
        if (!name || entry.name == name)
            return entry.value;
    return std::nullopt;
}

bool read(Arguments &to, int argc, char **argv) {
    const GOptionEntry entries[] = {
        {"url", 0, 0, G_OPTION_ARG_STRING, &to.url, "what to watch; rtsps:// over TLS", "rtsp://127.0.0.1:PORT/PATH"},
        {"transport", 0, 0, G_OPTION_ARG_STRING, &to.transport, "how the packets come (default tcp)",
         "tcp|udp|multicast"},
        {"tunnel", 0, 0, G_OPTION_ARG_STRING, &to.tunnel, "what RTSP is wrapped in (default nothing; http without TLS)",
         "http|websocket"},
        {"srtp", 0, 0, G_OPTION_ARG_NONE, &to.srtp, "ask for RTP/SAVP, and count packets without decrypting them",
         nullptr},
        {"bare", 0, 0, G_OPTION_ARG_STRING, &to.bare, "receive from bare_sender at the URL's port, without RTSP",
         "video|audio"},
        {"viewers", 0, 0, G_OPTION_ARG_INT, &to.viewers, "how many watch", "N"},
        {"mounts", 0, 0, G_OPTION_ARG_INT, &to.mounts,
         "the URL is that of so many mounts, by a number from 0 behind it: each viewer watches the next", "N"},
        {"join-rate", 0, 0, G_OPTION_ARG_DOUBLE, &to.join_rate, "how many of them connect in a second", "N"},
        {"joiners", 0, 0, G_OPTION_ARG_INT, &to.joiners, "how many join during the measurement", "N"},
        {"joiner-rate", 0, 0, G_OPTION_ARG_DOUBLE, &to.joiner_rate, "how many of them in a second", "N"},
        {"stall", 0, 0, G_OPTION_ARG_INT, &to.stalled, "how many viewers stop reading when the measurement begins",
         "N"},
        {"alone", 0, 0, G_OPTION_ARG_DOUBLE, &to.alone, "how long the first watches alone before memory is measured",
         "SECONDS"},
        {"settle", 0, 0, G_OPTION_ARG_DOUBLE, &to.settle, "time from the last join to the measurement", "SECONDS"},
        {"window", 0, 0, G_OPTION_ARG_DOUBLE, &to.window, "how long to measure", "SECONDS"},
        {"server", 0, 0, G_OPTION_ARG_INT, &to.server, "process whose CPU time and memory to measure", "PID"},
        {"stamps", 0, 0, G_OPTION_ARG_FILENAME, &to.stamps, "stamps of the served stream, for latency", "FILE"},
        {"kernel-time", 0, 0, G_OPTION_ARG_NONE, &to.kernel_time, "take the time at which the kernel was given a frame",
         nullptr},
        {},
    };
    GOptionContext *context = g_option_context_new("- opens many viewers and tells what they received, as JSON");
    g_option_context_add_main_entries(context, entries, nullptr);
    GError *error = nullptr;
    const bool parsed = g_option_context_parse(context, &argc, &argv, &error);
    if (error)
        g_printerr("%s\n", error->message);
    g_clear_error(&error);
    g_option_context_free(context);
    return parsed;
}

std::optional<Source> source_of(const Arguments &arguments) {
    const auto url = RtspUrl::parse(arguments.url ? arguments.url : "");
    const auto transport = lookup(kTransports, arguments.transport);
    const auto tunnel = lookup(kTunnels, arguments.tunnel);
    if (!url) {
        g_printerr("expected --url rtsp://127.0.0.1:PORT/PATH, or rtsps\n");
        return std::nullopt;
    }
    if (!transport || !tunnel || (url->secure && *tunnel == Tunnel::Http)) {
        g_printerr("expected --transport tcp, udp or multicast, and --tunnel http (without TLS) or websocket\n");
        return std::nullopt;
    }
    Source source;
    source.url = *url;
    source.tunnel = *tunnel;
    source.delivery = {*transport, arguments.srtp != FALSE};
    source.bare = arguments.bare != nullptr;
    source.bare_is_audio = source.bare && std::string_view(arguments.bare) == "audio";
    source.kernel_time = arguments.kernel_time;
    return source;
}

}  // namespace

std::optional<LoadOptions> LoadOptions::parse(int argc, char **argv) {
    Arguments arguments;
    if (!read(arguments, argc, argv))
        return std::nullopt;
    const auto source = source_of(arguments);
    if (!source)
        return std::nullopt;
    if (arguments.viewers < 1 || arguments.joiners < 0 || arguments.join_rate <= 0 || arguments.joiner_rate <= 0) {
        g_printerr("expected at least one viewer and rates above 0\n");
        return std::nullopt;
    }
    LoadOptions options;
    options.source = *source;
    options.viewers = static_cast<size_t>(arguments.viewers);
    options.mounts = static_cast<size_t>(std::max(0, arguments.mounts));
    options.join_rate = arguments.join_rate;
    options.joiners = static_cast<size_t>(arguments.joiners);
    options.joiner_rate = arguments.joiner_rate;
    options.stalled = static_cast<size_t>(std::max(0, arguments.stalled));
    options.alone = std::chrono::duration<double>(arguments.alone);
    options.settle = std::chrono::duration<double>(arguments.settle);
    options.window = std::chrono::duration<double>(arguments.window);
    options.server = arguments.server;
    options.stamps = arguments.stamps ? arguments.stamps : "";
    return options;
}

}  // namespace bench
