# SPDX-License-Identifier: LGPL-2.1-or-later
"""One viewer never harms another: viewers over TCP stop reading, the others notice nothing, and those that stopped go
on with a key frame, live, once they read again. `--server rival` shows how gst-rtsp-server does."""

import load
from support import suite
from support.deadline import wait_until
from support.stream import Presentation, Stream, pcmu

_STALL = 30  # seconds at full length
_LONGEST_PAUSE = 1.0
_MAX_LAG = 2000 if load.INSTRUMENTED else 1000  # milliseconds
_LIVE = 0.5  # a viewer that is later than that is not live

# 4 Mbit/s at little cost: noise does not compress.
_PICTURE = Stream('videotestsrc is-live=true pattern=snow ! video/x-raw,width=320,height=240,framerate=30/1'
                  ' ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 bitrate=4000',
                  'video/x-h264', 'rtph264pay config-interval=-1')


def _picture(viewer):
    return next(track for track in viewer['tracks'] if track['h264'])


class Isolation(suite.Case):
    def test_one_stalled_viewer_harms_nobody(self):
        self._stall(1)

    def test_fifty_stalled_viewers_harm_nobody(self):
        self._stall(50)

    def _stall(self, stalled):
        presentation = Presentation('/test', (_PICTURE, pcmu()))
        with load.serve(self.folder, [presentation], self.server_kind, f'max-lag={_MAX_LAG}') as server:
            with load.Audience(self.folder, server, tcp=2, udp=2) as watching, \
                 load.Audience(self.folder, server, stallable=stalled) as stalling:
                watching.wait_playing()
                stalling.wait_playing(60)
                stalling.order('stall')
                load.run_for(load.reduced(_STALL, 8))
                self._check_unharmed(watching, 'while others do not read')
                stalling.order('resume')
                self._check_resumed(stalling)
                load.run_for(2)
                self._check_unharmed(watching, 'after they read again')

    def _check_unharmed(self, watching, when):
        report = watching.report()
        for viewer in report:
            print(f'  {when}: {load.describe(viewer)}')
        self.assertEqual([], load.unharmed(report, _LONGEST_PAUSE), when)

    def _check_resumed(self, stalling):
        def live(viewer):
            picture = _picture(viewer)
            return picture['gaps'] and picture['silence_ms'] < 1000 and picture['lateness_ms'] < 1000 * _LIVE

        def all_live():
            return all(live(viewer) for viewer in stalling.report())
        try:
            wait_until(all_live, 20 * load.PATIENCE, 'stalled viewers that are live again', interval=0.2)
        finally:
            report = stalling.report()
            print(f'  first of those that stalled: {load.describe(report[0])}, {_picture(report[0])["gaps"][:3]}')
        for viewer in report:
            self.assertFalse(viewer['closed'])
            gaps = _picture(viewer)['gaps']
            self.assertEqual(1, len(gaps), 'one skip brings a viewer back')
            gap = gaps[0]
            self.assertTrue(gap['after_whole_frame'], 'what was begun is sent whole')
            self.assertTrue(gap['begins_frame'] and gap['begins_key_frame'], 'it goes on with a key frame')


if __name__ == '__main__':
    suite.main()
