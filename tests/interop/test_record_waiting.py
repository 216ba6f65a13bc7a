# SPDX-License-Identifier: LGPL-2.1-or-later
"""recordsinks of what is not live, which waits for a slow disk."""

import json
import os
import threading
import time
import unittest

from support import gstreamer, suite
from support.bad_disks import load_outside, run_inside, runs_inside, slow_down
from support.deadline import wait_until

Gst = gstreamer.load()

_SECONDS = 40
_FLUSHED_WITHIN = 8  # seconds; what is queued would take days


@suite.only_rtspsink
@unittest.skipUnless(Gst, gstreamer.MISSING)
class SlowDisk(suite.Case):
    def test_what_is_not_live_waits_but_not_for_ever(self):
        run_inside(self, __file__, 'Waited')


@runs_inside
class Waited(suite.Case):
    """What is not live waits for a slow disk, to the last picture."""

    _PICTURES = 100
    _LASTS = 7  # seconds; more than a live stream would be given

    def test_nothing_is_lost(self):
        root = os.environ['SLOW_DISK'] + '-and-waited-for'
        bits = 500_000
        slow_down(bits / 8 * self._PICTURES / 25 / self._LASTS)
        line = Gst.parse_launch(
            f'videotestsrc num-buffers={self._PICTURES} pattern=snow ! video/x-raw,width=160,height=120,framerate=25/1 '
            f'! x264enc tune=zerolatency speed-preset=ultrafast bitrate={bits // 1000} key-int-max=5 '
            f'! recordsink name=r location={root}/%i.mp4'
        )
        begun = time.monotonic()
        line.set_state(Gst.State.PLAYING)
        message = line.get_bus().timed_pop_filtered(_SECONDS * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        took = time.monotonic() - begun
        line.set_state(Gst.State.NULL)
        slow_down(0)
        self.assertEqual(message.type, Gst.MessageType.EOS)
        self.assertGreater(took, 5)
        with open(f'{root}/index.jsonl', encoding='utf-8') as lines:
            (entry,) = [json.loads(line) for line in lines]
        self.assertEqual((entry['holes'], entry['key_frames'], entry['reason']), (0, self._PICTURES // 5, 'end'))

    def test_a_flush_does_not_wait_for_the_disk_of_a_clip(self):
        line = Gst.parse_launch(
            'videotestsrc pattern=snow ! video/x-raw,width=160,height=120,framerate=25/1 ! jpegenc ! recordsink name=r '
            f'format=mkv queue-bytes=100000 clip-location={os.environ["SLOW_DISK"]}-and-flushed/%{{event}}.mkv'
        )
        pad, sink, came = line.get_by_name('r').sinkpads[0], line.get_by_name('r'), []
        pad.add_probe(Gst.PadProbeType.BUFFER, lambda *_: came.append(time.monotonic()) or Gst.PadProbeReturn.OK)
        line.set_state(Gst.State.PLAYING)
        wait_until(lambda: came, _SECONDS, 'pictures')
        slow_down(1)
        self.assertTrue(sink.emit('start-event', 'gate', 5))
        wait_until(lambda: time.monotonic() - came[-1] > 1, _SECONDS, 'a full queue')
        flush = threading.Thread(
            target=lambda: [pad.send_event(event) for event in (Gst.Event.new_flush_start(), Gst.Event.new_flush_stop(True))]
        )
        flush.start()
        flush.join(_FLUSHED_WITHIN)
        waited = flush.is_alive()
        slow_down(0)
        flush.join()
        line.set_state(Gst.State.NULL)
        self.assertFalse(waited)

load_tests = load_outside(SlowDisk)

if __name__ == '__main__':
    suite.main()
