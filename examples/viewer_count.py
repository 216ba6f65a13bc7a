#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Serves a test picture with sound and says whenever somebody comes or goes.

    viewer_count.py [--port PORT] [--seconds SECONDS]

Port 0, the default, takes any free port and tells which.
"""
import argparse
import signal
import sys

import gi

gi.require_version('Gst', '1.0')
from gi.repository import GLib, Gst  # noqa: E402  the version has to be asked for first

LINE = ('rtspsink name=sink '
        'videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=30/1 '
        '! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 ! video/x-h264,mapping=/test ! sink. '
        'audiotestsrc is-live=true wave=ticks ! opusenc ! audio/x-opus,mapping=/test ! sink.')


class Application:
    def __init__(self, port):
        self.loop = GLib.MainLoop()
        self.failed = False
        self.viewers = 0
        self.pipeline = Gst.parse_launch(LINE)
        self.sink = self.pipeline.get_by_name('sink')
        self.sink.set_property('port', port)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message::error', self.on_error)
        bus.connect('message::eos', lambda *_: self.loop.quit())

    def start(self):
        if self.pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE:
            print(f'serving rtsp://127.0.0.1:{self.sink.get_property("bound-port")}/test', flush=True)
        GLib.timeout_add(200, self.tell_viewers)

    def tell_viewers(self):
        viewers = self.sink.get_property('stats').get_value('sessions') or 0
        if viewers != self.viewers:
            self.viewers = viewers
            print(f'{viewers} viewers', flush=True)
        return GLib.SOURCE_CONTINUE

    def on_error(self, _bus, message):
        print(message.parse_error()[0].message, file=sys.stderr)
        self.failed = True
        self.loop.quit()

    def stop(self):
        # Viewers get BYE; the loop ends when the pipeline is drained.
        self.pipeline.send_event(Gst.Event.new_eos())
        return GLib.SOURCE_REMOVE

    def run(self):
        self.start()
        self.loop.run()
        self.pipeline.get_bus().remove_signal_watch()
        self.pipeline.set_state(Gst.State.NULL)
        return 1 if self.failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--seconds', type=int, default=0, help='end after this time')
    options = parser.parse_args()
    Gst.init(None)
    application = Application(options.port)
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, application.stop)
    if options.seconds:
        GLib.timeout_add_seconds(options.seconds, application.stop)
    return application.run()


if __name__ == '__main__':
    sys.exit(main())
