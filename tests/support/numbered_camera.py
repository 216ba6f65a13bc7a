# SPDX-License-Identifier: LGPL-2.1-or-later
"""A recordsink in the test's own process, fed with numbered pictures, and its files read back."""

import calendar
import subprocess
import time

from . import counter_picture, gstreamer
from .deadline import wait_until
from .ffmpeg import EACH_PICTURE

Gst = gstreamer.load()

RATE = 25
PICTURE = 1_000_000_000 // RATE
BASE = 1_700_000_000 * 1_000_000_000  # capture time of the first picture
_SECONDS = 60


def numbers(path, strict=True):
    """Of the pictures that a full decode gives. It must not complain; or, not strict, those that it gives all the same."""
    command = ['ffmpeg', '-v', 'error', *(['-xerror'] if strict else []), '-i', path, '-map', '0:v', *EACH_PICTURE]
    command += ['-f', 'rawvideo', '-pix_fmt', 'gray', '-']
    done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)
    if strict and (done.returncode != 0 or done.stderr):
        raise AssertionError(f'{path}: {done.stderr}')
    size = counter_picture.FRAME_SIZE
    found = [counter_picture.read(done.stdout[at : at + size]) for at in range(0, len(done.stdout), size)]
    return found if strict else [number for number in found if number is not None]


def first_is_key(path):
    command = ['ffprobe', '-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=flags', '-of', 'csv=p=0', path]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=_SECONDS).stdout.startswith('K')


def nanoseconds(text):
    """Of a time in the index."""
    seconds, fraction = text.rstrip('Z').split('.')
    return int(calendar.timegm(time.strptime(seconds, '%Y-%m-%dT%H:%M:%S'))) * 1_000_000_000 + int(fraction) * 1000


class Camera:
    """Numbered pictures, as fast as they are taken, in a pipeline with a recordsink."""

    def __init__(self, properties, gop):
        caps = f'video/x-raw,format=I420,width={counter_picture.WIDTH},height={counter_picture.HEIGHT},framerate={RATE}/1'
        self._pipeline = Gst.parse_launch(
            f'appsrc name=source format=time caps={caps} ! x264enc tune=zerolatency speed-preset=ultrafast '
            f'pass=quant quantizer=15 option-string=scenecut=0 key-int-max={gop} ! recordsink name=sink {properties}'
        )
        self._source = self._pipeline.get_by_name('source')
        self.sink = self._pipeline.get_by_name('sink')
        self._taken = 0
        self._pushed = 0
        pad = self.sink.get_static_pad('sink_0')
        pad.add_probe(Gst.PadProbeType.BUFFER, self._count)
        self._unix = Gst.Caps.from_string('timestamp/x-unix')
        self._pipeline.set_state(Gst.State.PLAYING)

    def _count(self, *_):
        self._taken += 1
        return Gst.PadProbeReturn.OK

    def push(self, count):
        """Pictures, until the sink has all but the last."""
        for _ in range(count):
            buffer = Gst.Buffer.new_wrapped(counter_picture.draw(self._pushed))
            buffer.pts = buffer.dts = self._pushed * PICTURE
            buffer.duration = PICTURE
            buffer.add_reference_timestamp_meta(self._unix, BASE + self._pushed * PICTURE, Gst.CLOCK_TIME_NONE)
            self._source.emit('push-buffer', buffer)
            self._pushed += 1
        wait_until(lambda: self._taken >= self._pushed, _SECONDS, 'pictures in the sink')

    def end(self):
        """Plays to the end; the messages of segments on the way."""
        self._source.emit('end-of-stream')
        bus = self._pipeline.get_bus()
        types = Gst.MessageType.ELEMENT | Gst.MessageType.EOS | Gst.MessageType.ERROR | Gst.MessageType.WARNING
        told = []
        while message := bus.timed_pop_filtered(_SECONDS * Gst.SECOND, types):
            if message.type == Gst.MessageType.EOS:
                self._pipeline.set_state(Gst.State.NULL)
                return told
            if message.type != Gst.MessageType.ELEMENT:
                raise AssertionError(message.get_structure().to_string())
            told.append(message.get_structure())
        raise AssertionError('no end')
