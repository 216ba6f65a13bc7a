# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTSP over WebSocket: a browser that watches, and frames that are not as they should be."""

import os
import socket
import unittest

from support import browser, pictures, players, stream, suite, websocket
from support.certificates import Authority
from support.http_tunnel import read_head
from support.stream import Presentation
from support.viewer import Viewer
from support.websocket import BINARY, CONTINUATION, PING, PONG, TEXT, WebSocketClient, frame

_PRESENTATIONS = (Presentation('/test', (stream.h264(), stream.pcmu())),)
_PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'websocket_page.html')


@suite.only_rtspsink
class Browser(suite.SharedServerCase):
    presentations = _PRESENTATIONS

    def test_page_shows_pictures(self):
        if not browser.program():
            self.skipTest('chromium is not installed')
        query = f'server=127.0.0.1:{self.server.port}&path=/test&pictures=30'
        with browser.Page(_PAGE, query, self.folder) as page:
            seen = page.result()
        self.assertIsNone(seen['error'])
        self.assertEqual(seen['protocol'], 'rtsp.onvif.org')
        self.assertIn('m=video', seen['sdp'])
        self.assertEqual(seen['pictures'], 30)
        self.assertTrue(pictures.are_bars(seen['bars']), seen['bars'])
        self.assertGreaterEqual(seen['frames'], seen['pictures'])
        self.assertGreaterEqual(seen['packets'], seen['frames'])
        self.assertEqual(seen['lost'], 0)


    def test_page_of_another_host_is_refused(self):
        """To the browser localhost and 127.0.0.1 are two sites."""
        if not browser.program():
            self.skipTest('chromium is not installed')
        seen = self._seen_at_localhost(self.server)
        self.assertIn('closed', seen['error'])
        self.assertEqual((seen['protocol'], seen['packets']), ('', 0))
        with self.serve(_PRESENTATIONS, 'websocket-origins=*') as open_to_all:
            self.assertIsNone(self._seen_at_localhost(open_to_all)['error'])

    def _seen_at_localhost(self, server):
        query = f'server=localhost:{server.port}&path=/test&pictures=30'
        with browser.Page(_PAGE, query, self.folder) as page:
            return page.result()


@suite.only_rtspsink
class Messages(suite.SharedServerCase):
    presentations = _PRESENTATIONS

    def setUp(self):
        self.client = WebSocketClient(self.server.port)
        self.addCleanup(self.client.close)

    def _options(self):
        return self.client.make('OPTIONS', self.server.url())

    def _assert_served(self):
        self.assertEqual(self.client.request('OPTIONS', self.server.url()).status, 200)

    def test_viewer_loses_nothing(self):
        with Viewer(self.server, client=WebSocketClient) as viewer, Viewer(self.server) as plain:
            viewer.wait_for_more(100)
            plain.wait_for_more()
            self.assertEqual((viewer.lost, plain.lost), (0, 0))

    def test_request_may_be_in_any_messages(self):
        request = self._options()
        self.client.send(request + self._options())
        for position in range(len(request)):
            self.client.send(request[position : position + 1])
        for _ in range(3):
            self.assertEqual(self.client.read_response().status, 200)

    def test_request_may_be_fragmented_round_a_ping(self):
        request = self._options()
        self.client.send_raw(
            frame(request[:9], final=False)
            + frame(b'hello', PING)
            + frame(b'', CONTINUATION, final=False)
            + frame(request[9:], CONTINUATION)
        )
        self.assertEqual(self.client.read_response().status, 200)
        self.assertEqual(self.client.control(), (PONG, b'hello'))

    def test_frames_come_with_the_handshake(self):
        key = websocket.new_key()
        with socket.create_connection(('127.0.0.1', self.server.port), 10) as link:
            link.sendall(websocket.upgrade_bytes(key) + frame(self._options()))
            status, _, rest = read_head(link)
            self.assertEqual(status, 101)
            while not rest:
                rest = link.recv(4096)
            self.assertIn(b'RTSP/1.0 200 OK', rest)

    def test_close_is_answered(self):
        self.client.send_raw(frame((1000).to_bytes(2, 'big') + b'bye', websocket.CLOSE))
        self.assertEqual(self.client.close_code(), 1000)
        self.assertTrue(self.client.closed_by_server())

    def test_what_is_wrong_is_told_by_the_close_code(self):
        for name, data, code in (
            ('text', frame(b'OPTIONS', TEXT), 1003),
            ('not masked', frame(b'x', masked=False), 1002),
            ('reserved bit', frame(b'x', reserved=0x40), 1002),
            ('reserved opcode', frame(b'x', 3), 1002),
            ('continuation of nothing', frame(b'x', CONTINUATION), 1002),
            ('fragmented ping', frame(b'x', PING, final=False), 1002),
            ('oversized', frame(b'', BINARY)[:1] + b'\xff' + (1 << 40).to_bytes(8, 'big') + b'mask', 1009),
        ):
            with self.subTest(name), WebSocketClient(self.server.port) as client:
                client.send_raw(data)
                self.assertEqual(client.close_code(), code)
                self.assertTrue(client.closed_by_server())
        self._assert_served()

    def test_message_that_never_ends_is_ended(self):
        with WebSocketClient(self.server.port) as client:
            try:
                client.send_raw(frame(b'', final=False) + frame(b'', CONTINUATION, final=False) * 200_000)
                self.assertEqual(client.close_code(), 1009)
            except ConnectionError:
                pass  # closed while more was on its way
            self.assertTrue(client.closed_by_server())
        self._assert_served()

    def test_datagrams_are_not_offered(self):
        offer = {'Transport': 'RTP/AVP;unicast;client_port=5000-5001'}
        self.assertEqual(self.client.request('SETUP', self.server.url() + '/stream=0', offer).status, 461)


@suite.only_rtspsink
class Handshake(suite.SharedServerCase):
    presentations = _PRESENTATIONS

    def test_wrong_handshake_is_refused(self):
        for changes, status, words in (
            ({'Sec_WebSocket_Version': '8'}, 426, 'Sec-WebSocket-Version: 13'),
            ({'Sec_WebSocket_Protocol': 'chat'}, 400, 'rtsp.onvif.org'),
            ({'Sec_WebSocket_Protocol': None}, 400, 'rtsp.onvif.org'),
            ({'Sec_WebSocket_Key': 'short'}, 400, 'Sec-WebSocket-Key'),
            ({'Connection': 'close'}, 400, 'Connection'),
            ({'Host': None}, 400, 'Host'),
        ):
            with self.subTest(changes), socket.create_connection(('127.0.0.1', self.server.port), 10) as link:
                link.sendall(websocket.upgrade_bytes(websocket.new_key(), **changes))
                answer = b''
                while data := link.recv(4096):
                    answer += data
                self.assertTrue(answer.startswith(f'HTTP/1.1 {status} '.encode()), answer)
                self.assertIn(words.encode(), answer)


    def test_origin_decides_who_gets_in(self):
        self._check_origins(self.server, {None: 101, 'http://localhost:81': 101, 'https://viewer.example': 403, 'null': 403})
        listed = self.serve(_PRESENTATIONS, 'websocket-origins=https://viewer.example,http://192.168.1.2')
        self.addCleanup(listed.process.kill)
        self._check_origins(listed, {None: 101, 'https://viewer.example': 101, 'http://localhost:81': 403, 'null': 403})
        listed.stop()

    def _check_origins(self, server, statuses):
        for origin, status in statuses.items():
            with self.subTest(origin), socket.create_connection(('127.0.0.1', server.port), 10) as link:
                link.sendall(websocket.upgrade_bytes(websocket.new_key(), Origin=origin))
                self.assertEqual(read_head(link)[0], status)


@suite.only_rtspsink
class Secure(suite.Case):
    def test_websocket_in_tls(self):
        if players.missing('openssl'):
            raise unittest.SkipTest('openssl is not installed')
        authority = Authority(self.folder)
        server = self.serve(_PRESENTATIONS, f'tls-certificate={authority.issue("server")}')
        self.addCleanup(server.process.kill)
        with Viewer(server, client=WebSocketClient, tls=authority.client()) as viewer:
            viewer.wait_for_more()
            self.assertEqual(viewer.lost, 0)
        server.stop()


if __name__ == '__main__':
    suite.main()
