# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who reads along on the network: nothing of the stream is to be found where it is encrypted."""

import base64
import re

from support import network, players, stream, suite
from support.capture import Capture
from support.certificates import Authority

_UNITS = 'src. ! rtph264depay ! video/x-h264,stream-format=byte-stream,alignment=nal ! {data}'
_ENOUGH = 40  # NAL units that a viewer has to get
_SEARCHED = 16  # bytes of each
_SECONDS = 20
_START_CODE = re.compile(b'\0\0\0?\1')


def _units(data):
    """What to look for: the first bytes of each NAL unit behind its header, which fragments carry apart (RFC 6184)."""
    whole = _START_CODE.split(data)[1:-1]  # the last may not be complete
    return {unit[1 : 1 + _SEARCHED] for unit in whole if len(unit) > _SEARCHED}


class Overheard:
    """A viewer's whole visit and all that could be read meanwhile."""

    def __init__(self, folder, command):
        """`command` as players.Player takes it; it writes the NAL units it got to its data."""
        with Capture(folder) as self.capture:
            with players.Player(command, folder, 'overheard') as player:
                assert player.wait_for(lambda p: len(_units(p.data())) >= _ENOUGH, _SECONDS), player.log()
                self.units = _units(player.data())
        self.parameter_sets = [unit for unit in _START_CODE.split(player.data()) if unit[:1] in (b'\x67', b'\x27')][:1]

    def found(self):
        """The units that can be read."""
        return set(self.capture.find(self.units))

    def described(self):
        """Whether a session description with the stream's SPS, or any RTSP, can be read."""
        sps = base64.b64encode(self.parameter_sets[0])
        return self.capture.find([sps, b'RTSP/1.0', b'm=video'])


@suite.only_rtspsink
class Eavesdropper(suite.Case):
    def setUp(self):
        if lacking := players.missing('openssl'):
            self.skipTest(f'not installed: {lacking}')
        self._certificate = Authority(self.folder).issue('server')

    def _serve(self, properties=''):
        """`properties` besides those that a secure server needs."""
        presentation = stream.Presentation('/test', (stream.h264(),))
        self.server = self.serve((presentation,), f'tls-certificate={self._certificate} {properties}')
        self.addCleanup(self.server.stop)

    def _overhear(self, scheme, protocols='tcp', path='/test'):
        url = self.server.url(path).replace('rtsp:', scheme + ':')
        return Overheard(self.folder, players.rtspsrc(url, protocols, _UNITS, 'tls-validation-flags=0'))

    def _protocols(self, overheard):
        return overheard.capture.protocols('-d', f'tcp.port=={self.server.port},rtsp')

    def assert_readable(self, overheard):
        """The proof that the search finds what is there."""
        self.assertEqual(overheard.found(), overheard.units)
        self.assertEqual(len(overheard.described()), 3)

    def assert_unreadable(self, overheard):
        self.assertEqual(overheard.found(), set())
        self.assertEqual(overheard.described(), [])

    def test_plain_stream_can_be_read(self):
        self._serve()
        for protocols in ('tcp', 'udp'):
            with self.subTest(protocols):
                overheard = self._overhear('rtsp', protocols)
                self.assert_readable(overheard)
                self.assertIn('rtsp', self._protocols(overheard))

    def test_plain_tunnel_can_be_read(self):
        self._serve()
        self.assert_readable(self._overhear('rtsph'))

    def test_tls_stream_can_not(self):
        self._serve()
        for scheme in ('rtsps', 'rtspsh'):
            with self.subTest(scheme):
                overheard = self._overhear(scheme)
                self.assert_unreadable(overheard)
                self.assertIn('tls', overheard.capture.protocols())

    def test_srtp_stream_can_not_outside_of_tls_either(self):
        self._serve('srtp=required multicast=true')
        for protocols in ('udp', 'udp-mcast'):
            with self.subTest(protocols):
                overheard = self._overhear('rtsps', protocols)
                self.assert_unreadable(overheard)
                self.assertTrue({'udp', 'tls'} <= set(overheard.capture.protocols()), 'the media were seen to pass')


if __name__ == '__main__':
    network.enter()
    suite.main()
