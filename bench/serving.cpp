// SPDX-License-Identifier: LGPL-2.1-or-later
#include "serving.h"

#include <glib-unix.h>

#include <cstdio>

namespace bench {

void serve_until_input_ends() {
    GMainLoop *loop = g_main_loop_new(nullptr, FALSE);
    g_unix_fd_add(
        0, static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR),
        [](gint, GIOCondition, gpointer data) -> gboolean {
            g_main_loop_quit(static_cast<GMainLoop *>(data));
            return G_SOURCE_REMOVE;
        },
        loop);
    std::puts("READY");
    std::fflush(stdout);
    g_main_loop_run(loop);
    g_main_loop_unref(loop);
}

}  // namespace bench
