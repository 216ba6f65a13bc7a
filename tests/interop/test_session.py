# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long a session lives: by its requests, by its receiver reports, or not."""

import contextlib
import time

from support import players, stream, suite
from support.deadline import hold_for, wait_until, wait_until_still
from support.klv_feed import UNIT, KlvFeed
from support.rtp_packet import receiver_report
from support.rtsp_client import RtspClient
from support.stream import Presentation
from support.viewer import Viewer

_TIMEOUT = 2


@suite.only_rtspsink
class Timeout(suite.SharedServerCase):
    presentations = (Presentation('/test', (stream.h264(), stream.pcmu())),)
    properties = f'session-timeout={_TIMEOUT}'

    def _alive(self, viewer):
        before = viewer.packets
        wait_until(lambda: viewer.packets > before + 10, 5, 'media')

    def _plays_on(self, viewer):
        """For half a time-out, without a pause."""
        viewer.wait_for_more(1)
        hold_for(_TIMEOUT / 2, lambda: time.monotonic() - viewer.tracks[0].last_time < 1, 'media')

    def _silent(self, viewer):
        wait_until_still(lambda: viewer.packets, 0.5, 4 * _TIMEOUT + 2, 'the session to expire')

    def test_timeout_is_told(self):
        viewer = Viewer(self.server, transport='udp')
        with viewer:
            self.assertIn(f'timeout={_TIMEOUT}', viewer.tracks[0].setup['Session'])

    def test_silent_udp_viewer_expires(self):
        with Viewer(self.server, transport='udp') as viewer:
            self._alive(viewer)
            self._silent(viewer)

    def test_session_that_never_plays_expires(self):
        viewer = Viewer(self.server, transport='udp')
        viewer.describe()
        viewer.set_up()
        self.addCleanup(viewer.stop)
        # A connection that has no session any more and asks for nothing ends, too.
        self.assertTrue(viewer.client.closed_by_server(3 * _TIMEOUT))
        with RtspClient(self.server.port) as other:
            self.assertEqual(other.request('PAUSE', viewer.url, {'Session': viewer.client.session}).status, 454)

    def test_any_request_keeps_it_alive(self):
        for method in ('GET_PARAMETER', 'OPTIONS', 'SET_PARAMETER'):
            with self.subTest(method=method), Viewer(self.server, transport='udp') as viewer:
                for _ in range(4):
                    self.assertEqual(viewer.client.request(method, viewer.url).status, 200)
                    self._plays_on(viewer)
                self._alive(viewer)

    def test_request_on_another_connection_keeps_it_alive(self):
        with Viewer(self.server, transport='udp') as viewer, RtspClient(self.server.port) as other:
            for _ in range(4):
                self.assertEqual(
                    other.request('GET_PARAMETER', viewer.url, {'Session': viewer.client.session}).status, 200
                )
                self._plays_on(viewer)
            self._alive(viewer)

    def test_receiver_reports_over_udp_keep_it_alive(self):
        with Viewer(self.server, transport='udp') as viewer:
            for _ in range(4):
                viewer.report()
                self._plays_on(viewer)
            self._alive(viewer)

    def test_receiver_reports_over_tcp_keep_it_alive(self):
        with Viewer(self.server) as viewer:
            for _ in range(4):
                report = receiver_report(7, int(viewer.tracks[0].setup.transport('ssrc'), 16), 1)
                viewer.client.send(b'$\x01' + len(report).to_bytes(2, 'big') + report)
                self._plays_on(viewer)
            self._alive(viewer)


@suite.only_rtspsink
class Silence(suite.Case):
    """ffmpeg asks for something only between packets that it gets."""

    timeout = 4  # as long as a player may take for its next step on a loaded machine

    def setUp(self):
        if missing := players.missing('ffmpeg', 'gst-launch-1.0'):
            self.skipTest(f'{", ".join(missing)} is not installed')

    def _players(self, url):
        for transport in ('tcp', 'udp'):
            yield players.Player(players.ffmpeg(url, transport, 'data'), self.folder, f'ffmpeg-{transport}')
            command = players.rtspsrc(url, transport, 'src. ! rtpklvdepay ! {data}')
            yield players.Player(command, self.folder, f'rtspsrc-{transport}')

    def test_sparse_stream_keeps_its_viewers(self):
        with contextlib.ExitStack() as stack:
            klv = stack.enter_context(KlvFeed())
            served = Presentation('/klv', (stream.Stream(klv.source, 'meta/x-klv,parsed=true', 'rtpklvpay'),))
            server = stack.enter_context(self.serve((served,), f'session-timeout={self.timeout}'))
            viewers = [stack.enter_context(viewer) for viewer in self._players(server.url('/klv'))]
            for viewer in viewers:
                self.assertTrue(viewer.wait_for(lambda player: UNIT in player.data(), 30), viewer.log())
            klv.rest()
            hold_for(2.5 * self.timeout, lambda: all(viewer.running() for viewer in viewers), 'viewers of nothing')
            before = [len(viewer.data()) for viewer in viewers]
            klv.go_on()
            for viewer, size in zip(viewers, before):
                self.assertTrue(viewer.wait_for(lambda player: len(player.data()) > size, 10), viewer.log())


if __name__ == '__main__':
    suite.main()
