# SPDX-License-Identifier: LGPL-2.1-or-later
"""A source that is not live is seen at its own speed, and costs what a live one costs."""

import time

from support import suite
from support.deadline import wait_until
from support.process import cpu_seconds
from support.stream import Presentation, Stream
from support.viewer import Viewer

_SECONDS = 3


def _source(live):
    return Stream(
        f'videotestsrc is-live={live} ! video/x-raw,width=320,height=240,framerate=30/1'
        ' ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30',
        'video/x-h264',
        '',
    )


def _measure(server):
    """(media seconds per second, processor seconds per second) while a viewer watches."""
    with Viewer(server) as viewer:
        viewer.wait_for_more(30)
        track = viewer.tracks[0]
        begin, clock, cost = track.last, time.monotonic(), cpu_seconds(server.pid)
        wait_until(lambda: track.seconds_since(begin) >= _SECONDS, 2 * _SECONDS, f'{_SECONDS} s of media')
        media, elapsed = track.seconds_since(begin), time.monotonic() - clock
        return media / elapsed, (cpu_seconds(server.pid) - cost) / elapsed


@suite.only_rtspsink
class Pacing(suite.Case):
    def _serve_and_measure(self, live):
        with self.serve([Presentation('/test', (_source(live),))]) as server:
            return _measure(server)

    def test_source_that_is_not_live_is_paced(self):
        speed, cost = self._serve_and_measure('false')
        self.assertAlmostEqual(speed, 1, delta=0.1)
        _, live_cost = self._serve_and_measure('true')
        self.assertLess(cost, 2 * live_cost + 0.05, 'processor time against that of a live source')

    def test_two_streams_that_are_not_live_keep_together(self):
        sound = Stream('audiotestsrc ! audio/x-raw,rate=8000,channels=1 ! mulawenc', 'audio/x-mulaw', '')
        with self.serve([Presentation('/test', (_source('false'), sound))]) as server, Viewer(server) as viewer:
            wait_until(lambda: all(track.packets > 30 for track in viewer.tracks), 30, 'both streams')
            self.assertEqual(viewer.lost, 0)
            self.assertLess(viewer.largest_gap, 1)


if __name__ == '__main__':
    suite.main()
