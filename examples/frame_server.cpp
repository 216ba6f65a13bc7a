// SPDX-License-Identifier: LGPL-2.1-or-later
//
// An application that makes its own pictures (from a camera's SDK, a renderer, a detector) and serves them:
//
//     frame_server [--port PORT] [--seconds SECONDS]
//
// It needs a GLib main loop and nothing of RTSP. Port 0, the default, takes any free port and tells which.
#include <glib-unix.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <cstring>
#include <memory>

namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 360;
constexpr int kFramesPerSecond = 30;

struct Unref {
    void operator()(gpointer object) const { gst_object_unref(object); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

struct Options {
    int port = 0;
    int seconds = 0;  // 0: until interrupted
};

class FrameServer {
public:
    explicit FrameServer(GMainLoop *loop) : loop_(loop) {}
    FrameServer(const FrameServer &) = delete;
    FrameServer &operator=(const FrameServer &) = delete;
    ~FrameServer();

    bool start(int port);
    // Lets the viewers know (they get BYE) and ends the main loop once the pipeline is drained.
    void stop() { gst_element_send_event(pipeline_.get(), gst_event_new_eos()); }
    [[nodiscard]] bool failed() const { return failed_; }

private:
    bool build(int port);
    void print_url() const;
    void push_frame();
    void print_statistics() const;
    void handle(GstMessage *message);
    void every(guint milliseconds, GSourceFunc function);

    GMainLoop *loop_;
    Owned<GstElement> pipeline_;
    Owned<GstElement> source_;
    Owned<GstElement> sink_;
    int frame_ = 0;
    bool failed_ = false;
};

bool FrameServer::build(int port) {
    // A full queue of the source drops the oldest picture: the application is never held up.
    GError *error = nullptr;
    pipeline_.reset(
        gst_parse_launch("appsrc name=source is-live=true format=time do-timestamp=true max-buffers=2 "
                         "leaky-type=downstream ! videoconvert ! x264enc name=encoder tune=zerolatency "
                         "speed-preset=ultrafast key-int-max=30 ! rtspsink name=sink mapping=/frames",
                         &error));
    if (!pipeline_ || error) {
        g_printerr("frame_server: %s\n", error ? error->message : "no pipeline");
        g_clear_error(&error);
        return false;
    }
    source_.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "source"));
    sink_.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "sink"));
    g_object_set(sink_.get(), "port", port, nullptr);
    GstCaps *caps =
        gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "GRAY8", "width", G_TYPE_INT, kWidth, "height",
                            G_TYPE_INT, kHeight, "framerate", GST_TYPE_FRACTION, kFramesPerSecond, 1, nullptr);
    g_object_set(source_.get(), "caps", caps, nullptr);
    gst_caps_unref(caps);
    return true;
}

bool FrameServer::start(int port) {
    if (!build(port))
        return false;
    const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    gst_bus_add_watch(
        bus.get(),
        [](GstBus *, GstMessage *message, gpointer self) -> gboolean {
            static_cast<FrameServer *>(self)->handle(message);
            return G_SOURCE_CONTINUE;
        },
        this);
    // A port that is taken fails here; the bus says which one and what to do.
    const bool started = gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
    if (started)
        print_url();
    every(1000 / kFramesPerSecond, [](gpointer self) -> gboolean {
        static_cast<FrameServer *>(self)->push_frame();
        return G_SOURCE_CONTINUE;
    });
    every(2000, [](gpointer self) -> gboolean {
        static_cast<FrameServer *>(self)->print_statistics();
        return G_SOURCE_CONTINUE;
    });
    return true;
}

FrameServer::~FrameServer() {
    if (!pipeline_)
        return;
    while (g_source_remove_by_user_data(this)) {
    }
    const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    gst_bus_remove_watch(bus.get());
    // The port is free again when this returns.
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

void FrameServer::every(guint milliseconds, GSourceFunc function) {
    g_timeout_add(milliseconds, function, this);
}

void FrameServer::print_url() const {
    guint port = 0;
    g_object_get(sink_.get(), "bound-port", &port, nullptr);
    g_print("serving rtsp://127.0.0.1:%u/frames\n", port);
}

// A bar that wanders over a grey ground stands for what the application would show.
void FrameServer::push_frame() {
    constexpr gsize kSize = gsize{kWidth} * kHeight;
    constexpr int kBar = 16;
    GstBuffer *buffer = gst_buffer_new_allocate(nullptr, kSize, nullptr);
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_WRITE)) {
        std::memset(map.data, 96, kSize);
        const int left = frame_ * 4 % (kWidth - kBar);
        for (int y = 0; y < kHeight; ++y)
            std::memset(map.data + y * kWidth + left, 235, kBar);
        gst_buffer_unmap(buffer, &map);
    }
    ++frame_;
    gst_app_src_push_buffer(GST_APP_SRC(source_.get()), buffer);  // takes the buffer
}

void FrameServer::print_statistics() const {
    GstStructure *statistics = nullptr;
    g_object_get(sink_.get(), "stats", &statistics, nullptr);
    const GValue *mounts = gst_structure_get_value(statistics, "mounts");
    for (guint i = 0; mounts && i < gst_value_list_get_size(mounts); ++i) {
        const GstStructure *mount = gst_value_get_structure(gst_value_list_get_value(mounts, i));
        guint64 viewers = 0;
        guint64 bytes = 0;
        gst_structure_get(mount, "viewers", G_TYPE_UINT64, &viewers, "bytes-sent", G_TYPE_UINT64, &bytes, nullptr);
        g_print("%s: %" G_GUINT64_FORMAT " viewers, %" G_GUINT64_FORMAT " bytes sent\n",
                gst_structure_get_string(mount, "mapping"), viewers, bytes);
    }
    gst_structure_free(statistics);
}

void FrameServer::handle(GstMessage *message) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError *error = nullptr;
        gst_message_parse_error(message, &error, nullptr);
        g_printerr("frame_server: %s\n", error->message);
        g_error_free(error);
        failed_ = true;
    }
    if (failed_ || GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
        g_main_loop_quit(loop_);
}

bool parse(int &argc, char **&argv, Options &options) {
    const GOptionEntry entries[] = {
        {"port", 'p', 0, G_OPTION_ARG_INT, &options.port, "TCP port to serve on (default: any free one)", "PORT"},
        {"seconds", 's', 0, G_OPTION_ARG_INT, &options.seconds, "End after this time", "SECONDS"},
        {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
    GOptionContext *context = g_option_context_new("- serves pictures that the application makes");
    g_option_context_add_main_entries(context, entries, nullptr);
    g_option_context_add_group(context, gst_init_get_option_group());
    GError *error = nullptr;
    const bool ok = g_option_context_parse(context, &argc, &argv, &error);
    if (!ok)
        g_printerr("frame_server: %s\n", error->message);
    g_clear_error(&error);
    g_option_context_free(context);
    return ok;
}

gboolean stop_server(gpointer server) {
    static_cast<FrameServer *>(server)->stop();
    return G_SOURCE_REMOVE;
}

}  // namespace

int main(int argc, char **argv) {
    Options options;
    if (!parse(argc, argv, options))
        return 2;
    const std::unique_ptr<GMainLoop, decltype(&g_main_loop_unref)> loop(g_main_loop_new(nullptr, FALSE),
                                                                        g_main_loop_unref);
    FrameServer server(loop.get());
    if (!server.start(options.port))
        return 1;
    g_unix_signal_add(SIGINT, stop_server, &server);
    g_unix_signal_add(SIGTERM, stop_server, &server);
    if (options.seconds > 0)
        g_timeout_add_seconds(static_cast<guint>(options.seconds), stop_server, &server);
    g_main_loop_run(loop.get());
    return server.failed() ? 1 : 0;
}
