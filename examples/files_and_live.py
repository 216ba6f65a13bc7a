#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Serves a live test picture with rtspsink, and files with gst-rtsp-server, at one port.

    files_and_live.py [--port PORT] [--certificate PEM] [--seconds SECONDS] FILE...

FILE is what uridecodebin plays. The live picture is at /live, a file at /files/NAME, where players can seek. With a
certificate (PEM, its key in the same file) both are at rtsps:// too.
"""
import argparse
import os
import pathlib
import signal
import sys

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstRtsp', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402  the versions have to be asked for first

LIVE = ('rtspsink name=sink videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=30/1 '
        '! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 ! video/x-h264,mapping=/live ! sink.')
FILE = ('( uridecodebin uri="{uri}" ! videoconvert ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 '
        '! rtph264pay name=pay0 )')


def file_server(files):
    """It is never attached: rtspsink hands it its connections."""
    server = GstRtspServer.RTSPServer()
    for file in files:
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(FILE.format(uri=pathlib.Path(file).resolve().as_uri()))
        # A connection that came in over TLS is bridged to it in the clear: datagrams would leave that way.
        factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP)
        server.get_mount_points().add_factory('/files/' + os.path.basename(file), factory)
    return server


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--certificate')
    parser.add_argument('--seconds', type=float)
    parser.add_argument('file', nargs='*')
    options = parser.parse_args()
    Gst.init(None)
    loop = GLib.MainLoop()
    pipeline = Gst.parse_launch(LIVE)
    sink = pipeline.get_by_name('sink')
    sink.set_property('port', options.port)
    sink.set_property('rtsp-server', file_server(options.file))
    if options.certificate:
        sink.set_property('tls-certificate', options.certificate)
    errors = []

    def on_error(_bus, message):
        errors.append(message.parse_error()[0].message)
        print(errors[-1], file=sys.stderr)
        loop.quit()

    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect('message::error', on_error)
    if pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE:
        base = f'rtsp://127.0.0.1:{sink.get_property("bound-port")}'
        for path in ['/live', *('/files/' + os.path.basename(file) for file in options.file)]:
            print(base + path, flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, lambda: loop.quit() or GLib.SOURCE_REMOVE)
    if options.seconds:
        GLib.timeout_add(int(options.seconds * 1000), loop.quit)
    loop.run()
    pipeline.set_state(Gst.State.NULL)
    return 1 if errors else 0


if __name__ == '__main__':
    sys.exit(main())
