// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A product that carries rtspsink inside its own executable: no plugin file to ship, none to find at run time.
//
//     product [PORT]
//
// serves a test picture until it gets SIGINT or SIGTERM. How it is linked: see the Makefile beside it.
#include <glib-unix.h>
#include <gst/gst.h>

// The macro alone would declare a C++ function.
G_BEGIN_DECLS
GST_PLUGIN_STATIC_DECLARE(rtspsink);
G_END_DECLS

namespace {

gboolean quit(gpointer loop) {
    g_main_loop_quit(static_cast<GMainLoop *>(loop));
    return G_SOURCE_CONTINUE;
}

// Returns whether the pipeline ran until it was asked to end.
bool serve(GstElement *pipeline, GMainLoop *loop) {
    GstBus *bus = gst_element_get_bus(pipeline);
    bool failed = false;
    gst_bus_add_signal_watch(bus);
    g_signal_connect(bus, "message::error", G_CALLBACK(+[](GstBus *, GstMessage *message, bool *out) {
                         GError *error = nullptr;
                         gst_message_parse_error(message, &error, nullptr);
                         g_printerr("product: %s\n", error->message);
                         g_error_free(error);
                         *out = true;
                     }),
                     &failed);
    g_signal_connect_swapped(bus, "message::error", G_CALLBACK(g_main_loop_quit), loop);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_main_loop_run(loop);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_bus_remove_signal_watch(bus);
    gst_object_unref(bus);
    return !failed;
}

}  // namespace

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    GST_PLUGIN_STATIC_REGISTER(rtspsink);

    gchar *line = g_strdup_printf(
        "videotestsrc is-live=true ! x264enc tune=zerolatency key-int-max=30 ! "
        "rtspsink service=%s",
        argc > 1 ? argv[1] : "8554");
    GstElement *pipeline = gst_parse_launch(line, nullptr);
    g_free(line);
    if (!pipeline) {
        g_printerr("product: an element is missing (x264enc?)\n");
        return 1;
    }
    GMainLoop *loop = g_main_loop_new(nullptr, FALSE);
    g_unix_signal_add(SIGINT, quit, loop);
    g_unix_signal_add(SIGTERM, quit, loop);
    const bool ok = serve(pipeline, loop);
    g_main_loop_unref(loop);
    gst_object_unref(pipeline);
    return ok ? 0 : 1;
}
