// SPDX-License-Identifier: LGPL-2.1-or-later
// sink_server PIPELINE: runs a pipeline in which benchloopsrc is known, as gst-launch-1.0 would, prints READY and ends
// with its input.
#include <gst/gst.h>

#include "base/ref.h"
#include "loop_source.h"
#include "serving.h"

using rtspcore::Ref;

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    if (argc != 2) {
        g_printerr("usage: sink_server PIPELINE\n");
        return 2;
    }
    bench::register_loop_source();
    GError *error = nullptr;
    auto pipeline = Ref<GstElement>::sink(gst_parse_launch(argv[1], &error));
    if (error) {
        g_printerr("%s\n", error->message);
        g_clear_error(&error);
        return 1;
    }
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const bool failed =
        gst_element_get_state(pipeline.get(), nullptr, nullptr, GST_CLOCK_TIME_NONE) == GST_STATE_CHANGE_FAILURE;
    if (!failed)
        bench::serve_until_input_ends();
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return failed ? 1 : 0;
}
