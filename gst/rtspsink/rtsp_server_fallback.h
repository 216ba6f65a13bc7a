// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/rtsp-server/rtsp-server.h>

#include <memory>

#include "base/ref.h"
#include "server/fallback.h"

namespace rtspsink {

// Gives connections to an application's GstRTSPServer (gst_rtsp_server_transfer_connection()): files with seeking and
// other factories share the port with the live mappings. What the application hears of it ("client-connected") it
// hears on an I/O thread.
std::shared_ptr<const rtspcore::server::Fallback> make_fallback(rtspcore::Ref<GstRTSPServer> server);

}  // namespace rtspsink
