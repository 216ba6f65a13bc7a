# SPDX-License-Identifier: LGPL-2.1-or-later
"""A relay that is connected on demand: a hundred times somebody comes first, plays, and leaves, by every transport, and
each time the camera is left again. Tells how long the first pictures took."""

import re
import socket
import statistics
import struct
import time
import unittest

import load
from support import network, pipeline, suite
from support.deadline import wait_until
from support.http_tunnel import TunnelClient
from support.rtsp_client import RtspClient
from support.stream import Presentation, h264, pcmu, split_line
from support.viewer import Viewer

_REQUESTS = 100
_PACKETS = 20  # that a viewer stays for
# In turn; most viewers come over TCP or UDP.
_TRANSPORTS = ('tcp', 'udp', 'tcp', 'http', 'udp', 'tcp', 'udp', 'multicast', 'tcp', 'udp')


def _play_unicast(relay, transport):
    """Seconds from the first request to the first picture."""
    begin = time.monotonic()
    client = TunnelClient if transport == 'http' else RtspClient
    with Viewer(relay, transport='udp' if transport == 'udp' else 'tcp', client=client) as viewer:
        wait_until(lambda: viewer.tracks[0].packets > 0, 10, 'first picture', interval=0.002)
        took = time.monotonic() - begin
        viewer.wait_for_more(_PACKETS)
        assert viewer.lost == 0, f'{viewer.lost} packets lost'
    return took


def _play_multicast(relay):
    begin = time.monotonic()
    with RtspClient(relay.port) as client, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as group:
        url = relay.url()
        assert client.request('DESCRIBE', url).status == 200
        setup = client.request('SETUP', url + '/stream=0', {'Transport': 'RTP/AVP;multicast'})
        assert setup.status == 200, setup
        group.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        group.bind((setup.transport('destination'), int(setup.transport('port').split('-')[0])))
        here = struct.pack('4s4s', socket.inet_aton(setup.transport('destination')), socket.inet_aton('127.0.0.1'))
        group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, here)
        group.settimeout(10)
        assert client.request('PLAY', url).status == 200
        group.recv(65536)
        took = time.monotonic() - begin
        for _ in range(_PACKETS):
            group.recv(65536)
        assert client.request('TEARDOWN', url).status == 200
    return took


@unittest.skipIf(load.INSTRUMENTED, 'a sanitizer is in the build')
class OnDemand(suite.Case):
    def setUp(self):
        self._camera = pipeline.serve(self.folder, [Presentation('/test', (h264(fps=15, gop=15), pcmu()))])
        self.addCleanup(self._camera.process.kill)
        port = pipeline.free_port()
        line = (f'-m rtspproxysrc location={self._camera.url()} on-demand=true close-after=200'
                f' : rtspsink service={port} multicast=true start-mode=key-frame')  # fmt: skip
        self._relay = pipeline.launch(self.folder, split_line(line), port, name='relay').wait_ready()
        self.addCleanup(self._relay.process.kill)

    def _wait_idle(self, times):
        wait_until(lambda: len(re.findall(r'SrcState\)idle', self._relay.log())) >= times, 10, 'the camera to be left')

    def test_whoever_is_first_has_pictures(self):
        took = {transport: [] for transport in _TRANSPORTS}
        self._wait_idle(1)
        for number in range(int(load.reduced(_REQUESTS, 10))):
            transport = _TRANSPORTS[number % len(_TRANSPORTS)]
            with self.subTest(number=number, transport=transport):
                multicast = transport == 'multicast'
                took[transport].append(
                    _play_multicast(self._relay) if multicast else _play_unicast(self._relay, transport)
                )
                self._wait_idle(number + 2)
        for transport, seconds in took.items():
            print(f'  {transport}: {len(seconds)} times, first picture after {statistics.median(seconds) * 1000:.0f} ms'
                  f' (median), {max(seconds) * 1000:.0f} ms (longest)')  # fmt: skip
        self._relay.stop()


if __name__ == '__main__':
    network.enter()
    suite.main()
