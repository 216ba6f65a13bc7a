# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cases in which somebody misbehaves while healthy viewers watch: they do not notice, and nothing is left behind."""

from support import stream, suite
from support.deadline import wait_until
from support.process import descriptors
from support.rtsp_client import RtspClient
from support.stream import Presentation
from support.viewer import Viewer


class WitnessCase(suite.SharedServerCase):
    presentations = (Presentation('/test', (stream.h264(), stream.pcmu())),)

    def setUp(self):
        self.url = self.server.url('/test')
        self.witnesses = [Viewer(self.server, transport=transport).start() for transport in ('tcp', 'udp')]
        for witness in self.witnesses:
            self.addCleanup(witness.stop)
            witness.wait_for_more(30)
        self._descriptors = descriptors(self.server.pid)

    def connect(self, **options):
        client = RtspClient(self.server.port, **options)
        self.addCleanup(client.close)
        return client

    def check_nobody_noticed(self, seconds=10):
        """To be called when the misbehaving clients have gone, or should have been thrown out."""
        for witness in self.witnesses:
            witness.wait_for_more(30)
            self.assertEqual(witness.lost, 0, 'packets lost by a healthy viewer')
        wait_until(
            lambda: descriptors(self.server.pid) <= self._descriptors, seconds, 'descriptors at the level of before'
        )
        with RtspClient(self.server.port) as client:
            self.assertEqual(client.request('OPTIONS', self.url).status, 200)
