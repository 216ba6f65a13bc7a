# SPDX-License-Identifier: LGPL-2.1-or-later
"""Times in recordsink's index, of a camera behind rtspproxysrc that shows what was some time ago."""

import glob
import json
import os
import threading
import time
import unittest

from support import counter_picture, gstreamer, pipeline, suite
from support.deadline import wait_until
from support.numbered_camera import PICTURE, RATE, Gst, nanoseconds, numbers

_LATE = 800_000_000  # the encoder and the network of some cameras; many pictures
_GOP = RATE // 2
_SECONDS = 30


class LateCamera:
    """Numbered pictures with the time of their capture, served as fast as time."""

    def __init__(self):
        self.server = pipeline.Server(None, pipeline.free_port())
        size = f'width={counter_picture.WIDTH},height={counter_picture.HEIGHT}'
        self._line = Gst.parse_launch(
            f'appsrc name=source is-live=true format=time caps=video/x-raw,format=I420,{size},framerate={RATE}/1 '
            f'! x264enc tune=zerolatency speed-preset=ultrafast pass=quant quantizer=15 option-string=scenecut=0 key-int-max={_GOP} '
            f'! video/x-h264,mapping=/test ! rtspsink service={self.server.port}'
        )
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._push, daemon=True)
        self._unix = Gst.Caps.from_string('timestamp/x-unix')

    def captured(self, number):
        """In nanoseconds since 1970."""
        return self._first + number * PICTURE

    def start(self):
        self._line.set_state(Gst.State.PLAYING)
        self._first = time.time_ns() - _LATE
        self._thread.start()

    def _push(self):
        source = self._line.get_by_name('source')
        first = self._line.get_current_running_time()
        number = 0
        while not self._stopping.wait(max((self.captured(number) + _LATE - time.time_ns()) / 1e9, 0)):
            buffer = Gst.Buffer.new_wrapped(counter_picture.draw(number))
            buffer.pts = buffer.dts = first + number * PICTURE
            buffer.duration = PICTURE
            buffer.add_reference_timestamp_meta(self._unix, self.captured(number), Gst.CLOCK_TIME_NONE)
            source.emit('push-buffer', buffer)
            number += 1

    def stop(self):
        self._stopping.set()
        self._thread.join()
        self._line.set_state(Gst.State.NULL)


@suite.only_rtspsink
@unittest.skipUnless(Gst, gstreamer.MISSING)
class BehindProxy(suite.Case):
    def _record(self, camera):
        line = Gst.parse_launch(
            f'rtspproxysrc location={camera.server.url("/test")} mode=encoded '
            f'! recordsink segment-duration=400 location={self.folder}/%i.mp4'
        )
        line.set_state(Gst.State.PLAYING)
        try:
            wait_until(lambda: len(glob.glob(f'{self.folder}/*.mp4')) >= 3, _SECONDS, 'segments')
        finally:
            line.set_state(Gst.State.NULL)

    def test_segments_begin_when_the_camera_saw_it(self):
        camera = LateCamera()
        camera.start()
        self.addCleanup(camera.stop)
        self._record(camera)
        with open(os.path.join(self.folder, 'index.jsonl'), encoding='utf-8') as lines:
            entries = [json.loads(line) for line in lines]
        self.assertGreaterEqual(len(entries), 3)
        for entry in entries:
            first = numbers(os.path.join(self.folder, entry['name']))[0]
            begin = nanoseconds(entry['start'])
            self.assertLess(abs(begin - camera.captured(first)), PICTURE, entry)


if __name__ == '__main__':
    suite.main()
