// SPDX-License-Identifier: LGPL-2.1-or-later
// rival_server PORT PATH LAUNCH: gst-rtsp-server with one shared medium made from a launch line (its payloader is
// `pay0`).
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>

#include "base/ref.h"
#include "loop_source.h"
#include "serving.h"

using rtspcore::Ref;

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    if (argc != 4) {
        g_printerr("usage: rival_server PORT PATH LAUNCH\n");
        return 2;
    }
    bench::register_loop_source();
    GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, argv[3]);
    gst_rtsp_media_factory_set_shared(factory, TRUE);
    auto server = Ref<GstRTSPServer>::adopt(gst_rtsp_server_new());
    gst_rtsp_server_set_service(server.get(), argv[1]);
    gst_rtsp_server_set_backlog(server.get(), 1024);
    auto mounts = Ref<GstRTSPMountPoints>::adopt(gst_rtsp_server_get_mount_points(server.get()));
    gst_rtsp_mount_points_add_factory(mounts.get(), argv[2], factory);
    const guint source = gst_rtsp_server_attach(server.get(), nullptr);
    if (source == 0) {
        g_printerr("port %s is taken\n", argv[1]);
        return 1;
    }
    bench::serve_until_input_ends();
    g_source_remove(source);
    return 0;
}
