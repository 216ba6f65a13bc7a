// SPDX-License-Identifier: LGPL-2.1-or-later
#include "carrier.h"

#include "http_tunnel.h"
#include "tcp_carrier.h"
#include "tls_carrier.h"
#include "websocket_carrier.h"

namespace bench {

std::unique_ptr<Carrier> Carrier::connect(const RtspUrl &url, Tunnel tunnel) {
    std::unique_ptr<Carrier> carrier = std::make_unique<TcpCarrier>(url.port);
    if (url.secure)
        carrier = std::make_unique<TlsCarrier>(std::move(carrier));
    if (tunnel == Tunnel::Http)
        return std::make_unique<HttpTunnel>(std::move(carrier), std::make_unique<TcpCarrier>(url.port));
    if (tunnel == Tunnel::WebSocket)
        return std::make_unique<WebSocketCarrier>(std::move(carrier));
    return carrier;
}

}  // namespace bench
