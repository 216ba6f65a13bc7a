// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp_server_fallback.h"

#include <string>
#include <utility>

#include "log.h"

namespace rtspsink {

using rtspcore::Ref;
using rtspcore::server::Fallback;
using rtspcore::server::HandedOver;

namespace {

void transfer(GstRTSPServer *server, HandedOver connection) {
    GError *error = nullptr;
    auto socket = Ref<GSocket>::adopt(g_socket_new_from_fd(connection.fd.get(), &error));
    if (!socket) {
        GST_WARNING("a connection cannot be handed to the application's GstRTSPServer: %s", error->message);
        g_clear_error(&error);
        return;
    }
    static_cast<void>(connection.fd.release());  // the socket closes it
    const std::string host = connection.peer.host();
    if (!gst_rtsp_server_transfer_connection(server, socket.release(), host.c_str(), connection.peer.port(),
                                             connection.begun.c_str()))
        GST_WARNING("the application's GstRTSPServer does not take the connection of %s", host.c_str());
}

}  // namespace

std::shared_ptr<const Fallback> make_fallback(Ref<GstRTSPServer> server) {
    return std::make_shared<const Fallback>(
        [server = std::move(server)](HandedOver connection) { transfer(server.get(), std::move(connection)); });
}

}  // namespace rtspsink
