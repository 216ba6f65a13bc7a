# SPDX-License-Identifier: LGPL-2.1-or-later
"""Numbered pictures and sound, as fast as time, that are served and recorded from one tee."""

import collections
import os
import threading
import time

from . import counter_picture, gstreamer, pipeline
from .deadline import wait_until, wait_until_still
from .numbered_camera import PICTURE, RATE

Gst = gstreamer.load()

_SECONDS = 30
# Colours, for pictures as large as those of a camera.
_FAINT = bytes(112 + byte % 32 for byte in range(256))


class ServedCamera:
    """`sinks`: by name the properties of recordsinks. What they tell is in `told`, as it comes."""

    def __init__(self, sinks, gop):
        self.server = pipeline.Server(None, pipeline.free_port())
        self.told = {name: collections.defaultdict(list) for name in sinks}
        self.times = []  # of the pictures, in nanoseconds of running time
        self.bytes = 0
        self.sound = 0  # packets of it
        self._ended = threading.Event()
        self._stopping = threading.Event()
        self._line = Gst.parse_launch(self._text(sinks, gop))
        tee = self._line.get_by_name('t').get_static_pad('sink')
        tee.add_probe(Gst.PadProbeType.BUFFER, self._note)
        sound = self._line.get_by_name('a').get_static_pad('sink')
        sound.add_probe(Gst.PadProbeType.BUFFER, self._count_sound)
        self._line.get_bus().set_sync_handler(self._take_message)
        self._thread = threading.Thread(target=self._push, daemon=True)

    def _text(self, sinks, gop):
        caps = f'video/x-raw,format=I420,width={counter_picture.WIDTH},height={counter_picture.HEIGHT},framerate={RATE}/1'
        line = (
            f'appsrc name=source is-live=true format=time caps={caps} '
            '! x264enc tune=zerolatency speed-preset=ultrafast pass=quant quantizer=15 option-string=scenecut=0 '
            f'key-int-max={gop} ! h264parse ! tee name=t ! rtspsink service={self.server.port} '
            'audiotestsrc name=sound is-live=true ! opusenc ! tee name=a'
        )
        return line + ''.join(f'  t. ! recordsink name={name} {properties} a. ! {name}.' for name, properties in sinks.items())

    def _count_sound(self, *_):
        self.sound += 1
        return Gst.PadProbeReturn.OK

    def _note(self, pad, info):
        buffer = info.get_buffer()
        segment = pad.get_sticky_event(Gst.EventType.SEGMENT, 0).parse_segment()
        self.times.append(segment.to_running_time(Gst.Format.TIME, buffer.pts))
        self.bytes += buffer.get_size()
        return Gst.PadProbeReturn.OK

    def _take_message(self, _, message):
        structure = message.get_structure()
        if message.type == Gst.MessageType.ELEMENT:
            self.told[message.src.get_name()][structure.get_name()].append(structure)
        elif message.type == Gst.MessageType.EOS:
            self._ended.set()
        return Gst.BusSyncReply.DROP

    def _push(self):
        source = self._line.get_by_name('source')
        begun = time.monotonic()
        first = self._line.get_current_running_time()
        number = 0
        while not self._stopping.wait(max(begun + number / RATE - time.monotonic(), 0)):
            noise = os.urandom(counter_picture.FRAME_SIZE // 2).translate(_FAINT)
            buffer = Gst.Buffer.new_wrapped(counter_picture.draw(number)[: counter_picture.FRAME_SIZE] + noise)
            buffer.pts = buffer.dts = first + number * PICTURE
            buffer.duration = PICTURE
            source.emit('push-buffer', buffer)
            number += 1
        source.emit('end-of-stream')
        self._line.get_by_name('sound').send_event(Gst.Event.new_eos())

    def start(self):
        self._line.set_state(Gst.State.PLAYING)
        self._thread.start()
        wait_until(lambda: self.times, _SECONDS, 'pictures')
        return self

    def count(self, sink, name):
        """How often it has told that."""
        return len(self.told[sink][name])

    def stats(self, sink):
        structure = self._line.get_by_name(sink).get_property('stats')
        return {structure.nth_field_name(i): structure.get_value(structure.nth_field_name(i)) for i in range(structure.n_fields())}

    def finish(self):
        """Nothing more comes; what came is with the sinks."""
        self._stopping.set()
        self._thread.join()
        wait_until_still(lambda: len(self.times) + self.sound, 0.3, _SECONDS, 'the last picture')

    def end(self):
        """Plays to the end."""
        self.finish()
        self.wait_for_end(_SECONDS)
        self.stop()

    def wait_for_end(self, seconds):
        wait_until(self._ended.is_set, seconds, 'the end')

    def stop(self):
        self._stopping.set()
        self._line.set_state(Gst.State.NULL)
