# SPDX-License-Identifier: LGPL-2.1-or-later
"""gst-rtsp-server with the same streams: the oracle that tells a limit of a client from a fault of ours.

Usage: rival.py [--shared] PORT (PATH FACTORY)...   Serves until it is killed.
--shared: all viewers of a path share one pipeline, as those of rtspsink do. Not the default, since such media break when
a second viewer asks for Range: npt=0- (CVE-2024-44331).
"""

import sys

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def main(arguments):
    shared = arguments[0] == '--shared'
    arguments = arguments[shared:]
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address('127.0.0.1')
    server.set_service(arguments[0])
    for path, launch in zip(arguments[1::2], arguments[2::2]):
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(launch)
        factory.set_shared(shared)
        server.get_mount_points().add_factory(path, factory)
    if server.attach(None) == 0:
        sys.exit(f'rival: cannot listen on port {arguments[0]}')
    GLib.MainLoop().run()


if __name__ == '__main__':
    main(sys.argv[1:])
