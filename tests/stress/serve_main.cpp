// SPDX-License-Identifier: LGPL-2.1-or-later
// serve WORD...: runs the pipeline of these words until its input ends, then takes it down. Unlike gst-launch-1.0 it is
// built with the sanitizer that the plugin is built with, and it takes all down that could hide a leak.
#include <gst/gst.h>
#include <unistd.h>

#include <cerrno>

namespace {

bool run(GstElement *pipeline) {
    if (gst_element_set_state(pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
        return false;
    char ignored = 0;
    ssize_t got = 0;
    do
        got = ::read(STDIN_FILENO, &ignored, 1);
    while (got > 0 || (got < 0 && errno == EINTR));
    return true;
}

}  // namespace

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    if (argc < 2) {
        g_printerr("usage: serve WORD...\n");
        return 2;
    }
    GError *error = nullptr;
    GstElement *pipeline = gst_parse_launchv(const_cast<const char **>(argv + 1), &error);
    if (error) {
        g_printerr("%s\n", error->message);
        g_clear_error(&error);
        return 1;
    }
    gst_object_ref_sink(pipeline);
    const bool ran = run(pipeline);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    gst_deinit();
    return ran ? 0 : 1;
}
