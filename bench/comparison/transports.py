# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ways from rtspsink to its viewers: what the server has to be told for each, and what the load client."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Transport:
    """One way. `plain` is the one that it is without its cipher or wrapping."""

    name: str
    label: str
    client: tuple = ()  # options of load_client
    properties: str = ""  # of rtspsink; {certificate} is the installation's
    secure: bool = False  # RTSP over TLS
    srtp: bool = False
    plain: str = "tcp"

    @property
    def scheme(self):
        return "rtsps" if self.secure else "rtsp"


_TLS = 'tls-certificate="{certificate}"'
_SRTP = f"{_TLS} srtp=required"
# Of the loopback interface, and not beyond this host.
_MULTICAST = "multicast=true multicast-iface=lo multicast-ttl=0"

_ALL = (
    Transport("tcp", "TCP"),
    Transport("tls", "TLS", properties=_TLS, secure=True),
    Transport("http", "HTTP tunnel", ("--tunnel=http",)),
    Transport("websocket", "WebSocket", ("--tunnel=websocket",)),
    Transport("udp", "UDP", ("--transport=udp",)),
    Transport("multicast", "multicast", ("--transport=multicast",), _MULTICAST),
    Transport("srtp-udp", "SRTP over UDP", ("--srtp", "--transport=udp"), _SRTP, secure=True, srtp=True, plain="udp"),
    Transport("srtp-tcp", "SRTP in TLS", ("--srtp",), _SRTP, secure=True, srtp=True, plain="tls"),
)

TRANSPORTS = {transport.name: transport for transport in _ALL}
PLAIN = ("tcp", "udp")  # which every server has
