// SPDX-License-Identifier: LGPL-2.1-or-later
//
// An application that sees something in its pictures and keeps a clip of it, from some seconds before it:
//
//     event_recorder [--folder FOLDER] [--seconds SECONDS]
//
// What stands for a detector here reports an event of two seconds every ten. Beside the clips everything is recorded,
// in files of a minute, for a week.
#include <glib-unix.h>
#include <gst/gst.h>

#include <memory>
#include <string>

namespace {

constexpr const char *kLine =
    "videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=30/1 "
    "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 ! recordsink name=record pre-event=5 align=true";
constexpr guint64 kWeek = guint64{7} * 24 * 3600 * 1000;  // ms
constexpr guint kAfter = 2;                               // seconds that a clip goes on
constexpr const char *kEvent = "ball";

struct Unref {
    void operator()(gpointer object) const { gst_object_unref(object); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

struct FreeText {
    void operator()(gchar *text) const { g_free(text); }
};

class EventRecorder {
public:
    explicit EventRecorder(GMainLoop *loop) : loop_(loop) {}
    EventRecorder(const EventRecorder &) = delete;
    EventRecorder &operator=(const EventRecorder &) = delete;
    ~EventRecorder();

    bool start(const std::string &folder);
    // Ends the main loop once the last file is whole.
    void stop() { gst_element_send_event(pipeline_.get(), gst_event_new_eos()); }
    [[nodiscard]] bool failed() const { return failed_; }

private:
    bool build(const std::string &folder);
    // Called every two seconds.
    void detect();
    void handle(GstMessage *message);
    void tell(const GstStructure *structure) const;

    GMainLoop *loop_;
    Owned<GstElement> pipeline_;
    Owned<GstElement> record_;
    unsigned looks_ = 0;
    bool failed_ = false;
};

bool EventRecorder::build(const std::string &folder) {
    GError *error = nullptr;
    pipeline_.reset(gst_parse_launch(kLine, &error));
    if (!pipeline_ || error) {
        g_printerr("event_recorder: %s\n", error ? error->message : "no pipeline");
        g_clear_error(&error);
        return false;
    }
    record_.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "record"));
    const std::string location = folder + "/%Y-%m-%d/%H-%M-%S.mp4";
    const std::string clips = folder + "/clips/%Y-%m-%d-%H-%M-%S-%{event}.mp4";
    g_object_set(record_.get(), "location", location.c_str(), "clip-location", clips.c_str(), "max-age", kWeek,
                 nullptr);
    return true;
}

bool EventRecorder::start(const std::string &folder) {
    if (!build(folder))
        return false;
    const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    gst_bus_add_watch(
        bus.get(),
        [](GstBus *, GstMessage *message, gpointer self) -> gboolean {
            static_cast<EventRecorder *>(self)->handle(message);
            return G_SOURCE_CONTINUE;
        },
        this);
    g_timeout_add_seconds(
        2,
        [](gpointer self) -> gboolean {
            static_cast<EventRecorder *>(self)->detect();
            return G_SOURCE_CONTINUE;
        },
        this);
    return gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

EventRecorder::~EventRecorder() {
    if (!pipeline_)
        return;
    while (g_source_remove_by_user_data(this)) {
    }
    const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    gst_bus_remove_watch(bus.get());
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

void EventRecorder::detect() {
    constexpr unsigned kLooks = 5;
    gboolean taken = FALSE;
    if (looks_ % kLooks == 0)
        g_signal_emit_by_name(record_.get(), "start-event", kEvent, kAfter, &taken);
    else if (looks_ % kLooks == 1)
        g_signal_emit_by_name(record_.get(), "stop-event", kEvent, &taken);
    ++looks_;
}

void EventRecorder::tell(const GstStructure *structure) const {
    const gchar *place = gst_structure_get_string(structure, "location");
    const gchar *text = gst_structure_get_string(structure, "text");
    g_print("%s %s\n", gst_structure_get_name(structure), place ? place : text ? text : "");
}

void EventRecorder::handle(GstMessage *message) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError *error = nullptr;
        gst_message_parse_error(message, &error, nullptr);
        g_printerr("event_recorder: %s\n", error->message);
        g_error_free(error);
        failed_ = true;
    }
    // A segment or clip that is whole, a hole because the disk was too slow, an outage and its end.
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT && GST_MESSAGE_SRC(message) == GST_OBJECT(record_.get()))
        tell(gst_message_get_structure(message));
    if (failed_ || GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
        g_main_loop_quit(loop_);
}

struct Options {
    std::unique_ptr<gchar, FreeText> folder;
    int seconds = 0;  // 0: until interrupted
};

bool parse(int &argc, char **&argv, Options &options) {
    gchar *folder = nullptr;
    const GOptionEntry entries[] = {
        {"folder", 'f', 0, G_OPTION_ARG_FILENAME, &folder, "Where to record (default: recordings, in /tmp)", "FOLDER"},
        {"seconds", 's', 0, G_OPTION_ARG_INT, &options.seconds, "End after this time", "SECONDS"},
        {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
    GOptionContext *context = g_option_context_new("- records all the time, and clips of events");
    g_option_context_add_main_entries(context, entries, nullptr);
    g_option_context_add_group(context, gst_init_get_option_group());
    GError *error = nullptr;
    const bool ok = g_option_context_parse(context, &argc, &argv, &error);
    if (!ok)
        g_printerr("event_recorder: %s\n", error->message);
    g_clear_error(&error);
    g_option_context_free(context);
    options.folder.reset(folder ? folder : g_build_filename(g_get_tmp_dir(), "recordings", nullptr));
    return ok;
}

gboolean stop_recorder(gpointer recorder) {
    static_cast<EventRecorder *>(recorder)->stop();
    return G_SOURCE_REMOVE;
}

}  // namespace

int main(int argc, char **argv) {
    Options options;
    if (!parse(argc, argv, options))
        return 2;
    const std::unique_ptr<GMainLoop, decltype(&g_main_loop_unref)> loop(g_main_loop_new(nullptr, FALSE),
                                                                        g_main_loop_unref);
    EventRecorder recorder(loop.get());
    if (!recorder.start(options.folder.get()))
        return 1;
    g_unix_signal_add(SIGINT, stop_recorder, &recorder);
    g_unix_signal_add(SIGTERM, stop_recorder, &recorder);
    if (options.seconds > 0)
        g_timeout_add_seconds(static_cast<guint>(options.seconds), stop_recorder, &recorder);
    g_main_loop_run(loop.get());
    return recorder.failed() ? 1 : 0;
}
