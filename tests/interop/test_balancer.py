# SPDX-License-Identifier: LGPL-2.1-or-later
"""Viewers whom a balancer passes on, telling by the PROXY protocol from where, whatever they speak behind that."""

import base64
import functools
import ipaddress

from support import http_tunnel, stream, suite
from support.deadline import wait_until
from support.http_tunnel import Half, TunnelClient
from support.rtsp_client import RtspClient
from support.stream import Presentation
from support.tls_case import TlsCase
from support.viewer import Viewer
from support.websocket import WebSocketClient

# (how to talk, whether in TLS)
_WAYS = {
    'rtsp': (RtspClient, False),
    'rtsps': (RtspClient, True),
    'http': (TunnelClient, False),
    'https': (TunnelClient, True),
    'ws': (WebSocketClient, False),
    'wss': (WebSocketClient, True),
}


def _version1(address):
    return f'PROXY TCP4 {address} 203.0.113.1 40000 554\r\n'.encode()


def _version2(address):
    ends = ipaddress.ip_address(address).packed + ipaddress.ip_address('203.0.113.1').packed + b'\x9c\x40\x02\x2a'
    return b'\r\n\r\n\0\r\nQUIT\n\x21\x11' + len(ends).to_bytes(2, 'big') + ends


def _basic(credentials):
    return {'Authorization': 'Basic ' + base64.b64encode(credentials.encode()).decode()}


@suite.only_rtspsink
class Balancer(TlsCase):
    presentations = (Presentation('/test', (stream.h264(), stream.pcmu())),)

    def _serve(self, more=''):
        return self.serve_tls(f'trusted-proxies=127.0.0.0/8 {more}', 'rtspaccess:2')

    def _client(self, way, prefix):
        client, in_tls = _WAYS[way]
        return functools.partial(client, tls=self.authority.client() if in_tls else None, prefix=prefix)

    def _each(self):
        """(way, version of the header, an address of its own)."""
        ways = [(way, version) for way in _WAYS for version in (_version1, _version2)]
        return [(way, version, f'198.51.100.{number}') for number, (way, version) in enumerate(ways, 1)]

    def test_address_of_the_header_is_that_of_the_client(self):
        server = self._serve('auth=user:pass')
        for way, version, address in self._each():
            with self.subTest(way, version=version), self._client(way, version(address))(server.port) as client:
                answer = client.request('DESCRIBE', server.url(), _basic('user:pass'))
                self.assertEqual((answer.status, b'm=video' in answer.body), (200, True))
                self.assertEqual(client.request('DESCRIBE', server.url(), _basic('user:wrong')).status, 401)
                told = f'refused {address}: wrong credentials for /test'
                wait_until(lambda told=told: told in server.log(), 10, told)
        self.assertNotIn('refused 127.', server.log())
        server.stop()

    def test_viewers_lose_nothing(self):
        server = self._serve()
        viewers = []
        for way, version, address in self._each():
            make = self._client(way, version(address))
            viewers.append(Viewer(server, client=lambda port, host, tls, make=make: make(port, host)))
            self.addCleanup(viewers[-1].stop)
            viewers[-1].start()
        for viewer in viewers:
            viewer.wait_for_more()
            self.assertEqual(viewer.lost, 0)
        for viewer in viewers:
            viewer.stop()
        server.stop()

    def test_halves_of_a_tunnel_have_the_address_of_one_client(self):
        server = self._serve()
        with TunnelClient(server.port, prefix=_version1('198.51.100.7')) as client:
            for other in (_version1('198.51.100.8'), b''):
                with Half(server.port, 'POST', client.cookie, prefix=other) as post:
                    self.assertEqual(post.answer()[0], 404)
            self.assertEqual(client.request('OPTIONS', server.url()).status, 200)
        with Half(server.port, 'GET', http_tunnel.new_cookie(), prefix=_version2('198.51.100.7')) as get:
            self.assertEqual(get.answer()[0], 200)
        server.stop()


if __name__ == '__main__':
    suite.main()
