#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Serves a test camera, records it all the time, and writes a clip of each event, from some seconds before it.

    record_events.py [--port PORT] [--folder FOLDER] [--seconds SECONDS]

Each line on the standard input is an event of that name: something a detector saw, a button, a message. It lasts until the
same line comes again, and AFTER seconds more. Port 0, the default, takes any free port and tells which.
"""
import argparse
import os
import signal
import sys
import tempfile

import gi

gi.require_version('Gst', '1.0')
from gi.repository import GLib, Gst  # noqa: E402  the version has to be asked for first

LINE = ('videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=30/1 '
        '! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 ! video/x-h264,mapping=/camera ! tee name=t '
        't. ! queue ! rtspsink name=sink '
        't. ! recordsink name=record pre-event=5 segment-duration=60000 align=true')
AFTER = 2


class Application:
    def __init__(self, options):
        self.loop = GLib.MainLoop()
        self.failed = False
        self.running = set()
        self.pipeline = Gst.parse_launch(LINE)
        self.sink = self.pipeline.get_by_name('sink')
        self.sink.set_property('port', options.port)
        self.record = self.pipeline.get_by_name('record')
        self.record.set_property('location', os.path.join(options.folder, '%Y-%m-%d', '%H-%M-%S.mp4'))
        self.record.set_property('clip-location', os.path.join(options.folder, 'clips', '%Y-%m-%d-%H-%M-%S-%{event}.mp4'))
        # A week, and less where the disk has less than a gigabyte left. Clips stay until somebody removes them.
        self.record.set_property('max-age', 7 * 24 * 3600 * 1000)
        self.record.set_property('min-free-bytes', 1 << 30)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message', self.on_message)

    def on_input(self, descriptor, _condition):
        try:
            data = os.read(descriptor, 4096)
        except OSError:  # a terminal that is gone
            data = b''
        for name in data.decode('utf-8', 'replace').split('\n'):
            if name:
                self.on_event(name)
        return GLib.SOURCE_CONTINUE if data else GLib.SOURCE_REMOVE

    def on_event(self, name):
        if name in self.running:
            self.running.discard(name)
            self.record.emit('stop-event', name)
        elif self.record.emit('start-event', name, AFTER):
            self.running.add(name)

    def on_message(self, _bus, message):
        if message.type == Gst.MessageType.ERROR:
            print(message.parse_error()[0].message, file=sys.stderr)
            self.failed = True
            self.loop.quit()
        elif message.type == Gst.MessageType.EOS:
            self.loop.quit()
        elif message.type == Gst.MessageType.ELEMENT and message.src == self.record:
            self.tell(message.get_structure())

    @staticmethod
    def tell(structure):
        # A segment or clip that is whole, a hole because the disk was too slow, an outage and its end.
        print(structure.get_name(), structure.get_string('location') or structure.get_string('text') or '', flush=True)

    def start(self):
        if self.pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE:
            print(f'serving rtsp://127.0.0.1:{self.sink.get_property("bound-port")}/camera', flush=True)

    def stop(self):
        # The loop ends when the last file is whole.
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
    parser.add_argument('--folder', default=os.path.join(tempfile.gettempdir(), 'recordings'))
    parser.add_argument('--seconds', type=int, default=0, help='end after this time')
    options = parser.parse_args()
    if sys.stdin is None:
        parser.error('the standard input is closed, where events come from; give it </dev/null to record without them')
    Gst.init(None)
    application = Application(options)
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, application.stop)
    GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, sys.stdin.fileno(), GLib.IOCondition.IN | GLib.IOCondition.HUP, application.on_input)
    if options.seconds:
        GLib.timeout_add_seconds(options.seconds, application.stop)
    return application.run()


if __name__ == '__main__':
    sys.exit(main())
