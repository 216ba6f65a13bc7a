# SPDX-License-Identifier: LGPL-2.1-or-later
"""What no client should send: each gets its status or is thrown out, and nobody else notices."""

import random

from witness import WitnessCase

from support import sdp, suite
from support.deadline import Deadline

_SECONDS = 20  # for the server to lose its patience; its own limit is 10


@suite.only_rtspsink
class BadRequests(WitnessCase):
    def _answer(self, data):
        """The status that these bytes get, also if the server hangs up before all of them are sent."""
        with self.connect() as client:
            try:
                client.send(data)
            except ConnectionError:
                pass
            return client.read_response().status

    def test_malformed_requests_are_400(self):
        for data in (
            b'GARBAGE\r\n\r\n',
            b'\0\1\2\3\xff\xfe\r\n\r\n',
            b'OPTIONS\r\nCSeq: 1\r\n\r\n',
            b'OPTIONS * RTSP/1.0\r\nno colon here\r\nCSeq: 1\r\n\r\n',
            b'OPTIONS * RTSP/1.0\r\nCSeq: abc\r\n\r\n',
            b'OPTIONS * RTSP/1.0\r\n: empty\r\nCSeq: 1\r\n\r\n',
            b'OPTIONS  *  RTSP/1.0\r\n\r\n',
            b'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: -5\r\n\r\n',
            b'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999999999999999999\r\n\r\n',
            b'SETUP rtsp:// RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP\r\n\r\n',
        ):
            with self.subTest(data=data):
                self.assertEqual(self._answer(data), 400)
        self.check_nobody_noticed()

    def test_malformed_headers_of_a_sound_request(self):
        client = self.connect()
        description = client.request('DESCRIBE', self.url)
        url = sdp.resolve(description['Content-Base'], sdp.parse(description.body).media[0].control)
        for transport in (
            '',
            ';',
            ';;;=;',
            'RTP/AVP;client_port=abc',
            'RTP/AVP;unicast;client_port=70000-70001',
            'RTP/AVP;unicast;client_port=0-0',
            'RTP/AVP/TCP;interleaved=300-301',
            'RTP/AVP/TCP;interleaved=-1--2',
            'RTP/AVP;unicast',
            'x' * 4000,
            ',' * 1000,
        ):
            with self.subTest(transport=transport[:40]):
                self.assertEqual(client.request('SETUP', url, {'Transport': transport}).status, 461)
        self.check_nobody_noticed_after(client)

    def check_nobody_noticed_after(self, client):
        client.close()
        self.check_nobody_noticed()

    def test_malformed_range_is_refused(self):
        client = self._viewer_to_be()
        for value in ('npt=abc-', 'npt=--', '', 'smpte=', 'clock=-', 'x' * 1000):
            with self.subTest(range=value[:40]):
                self.assertEqual(client.request('PLAY', self.url, {'Range': value}).status, 457)
        self.assertEqual(client.request('PLAY', self.url).status, 200)
        self.check_nobody_noticed_after(client)

    def _viewer_to_be(self):
        client = self.connect()
        description = client.request('DESCRIBE', self.url)
        url = sdp.resolve(description['Content-Base'], sdp.parse(description.body).media[0].control)
        transport = {'Transport': 'RTP/AVP/TCP;unicast;interleaved=0-1'}
        self.assertEqual(client.request('SETUP', url, transport).status, 200)
        return client

    def test_oversized_requests_are_refused(self):
        for data, status in (
            (b'OPTIONS rtsp://127.0.0.1/' + b'a' * 100000 + b' RTSP/1.0\r\nCSeq: 1\r\n\r\n', 414),
            (b'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: ' + b'a' * 1000000 + b'\r\n\r\n', 400),
            (b'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n' + b'X: y\r\n' * 100000 + b'\r\n', 400),
            (b'SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 100000000\r\n\r\n', 413),
        ):
            with self.subTest(data=data[:30]):
                self.assertEqual(self._answer(data), status)
        self.check_nobody_noticed()

    def test_truncated_requests_leave_nothing(self):
        whole = (
            b'SETUP '
            + self.url.encode()
            + b' RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nContent-Length: 10\r\n\r\n12345'
        )
        for length in range(1, len(whole), 7):
            client = self.connect()
            client.send(whole[:length])
            client.close()
        self.check_nobody_noticed()

    def test_one_byte_a_second_is_thrown_out(self):
        """All the time a client has is for the whole request, not for each byte."""
        client, deadline = self.connect(), Deadline(_SECONDS, 'the server hanging up')
        gone = False
        for byte in b'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: snail\r\n\r\n' * 10:
            deadline.check()
            gone = self._gone(client, bytes([byte]))
            if gone:
                break
        self.assertTrue(gone)
        self.check_nobody_noticed()

    def _gone(self, client, data):
        try:
            client.send(data)
        except OSError:
            return True
        return client.closed_by_server(1)

    def test_endless_request_is_thrown_out(self):
        client, deadline = self.connect(), Deadline(_SECONDS, 'the server hanging up')
        client.send(b'OPTIONS * RTSP/1.0\r\n')
        try:
            while True:
                deadline.check()
                client.send(b'X-Endless: and another line of the same\r\n' * 100)
        except OSError:
            pass
        client.close()
        self.check_nobody_noticed()

    def test_endless_requests_without_reading_the_answers(self):
        """The server must not keep what the client does not fetch."""
        client, deadline = self.connect(receive_buffer=4096), Deadline(3, 'flood')
        request = client.make('DESCRIBE', self.url) * 50
        try:
            while not deadline.expired():
                client.send(request)
        except OSError:
            pass
        client.close()
        self.check_nobody_noticed()

    def test_random_bytes(self):
        generator = random.Random(1)
        for _ in range(200):
            client = self.connect()
            try:
                client.send(generator.randbytes(generator.randrange(1, 3000)))
            except OSError:
                pass
            client.close()
        self.check_nobody_noticed()

    def test_randomly_broken_dialogues(self):
        generator = random.Random(2)
        whole = b''.join(
            line.replace(b'URL', self.url.encode())
            for line in (
                b'OPTIONS URL RTSP/1.0\r\nCSeq: 1\r\n\r\n',
                b'DESCRIBE URL RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n\r\n',
                b'SETUP URL/stream=0 RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n',
                b'PLAY URL RTSP/1.0\r\nCSeq: 4\r\nSession: 1\r\nRange: npt=0-\r\n\r\n',
            )
        )
        for _ in range(300):
            broken = bytearray(whole)
            for _ in range(generator.randrange(1, 6)):
                broken[generator.randrange(len(broken))] = generator.randrange(256)
            client = self.connect()
            try:
                client.send(bytes(broken))
            except OSError:
                pass
            client.close()
        self.check_nobody_noticed()

    def test_session_without_play_is_forgotten_with_its_connection(self):
        for _ in range(50):
            client = self._viewer_to_be()
            client.close()
        self.check_nobody_noticed()


@suite.only_rtspsink
class InterleavedGarbage(WitnessCase):
    def _viewer(self):
        client = self.connect()
        description = client.request('DESCRIBE', self.url)
        url = sdp.resolve(description['Content-Base'], sdp.parse(description.body).media[0].control)
        client.request('SETUP', url, {'Transport': 'RTP/AVP/TCP;unicast;interleaved=0-1'})
        self.assertEqual(client.request('PLAY', self.url).status, 200)
        return client

    def test_garbage_in_channels_is_dropped_and_requests_still_read(self):
        client = self._viewer()
        generator = random.Random(3)
        for _ in range(200):
            data = generator.randbytes(generator.randrange(0, 2000))
            client.send(b'$' + bytes([generator.randrange(256)]) + len(data).to_bytes(2, 'big') + data)
        self.assertEqual(client.request('GET_PARAMETER', self.url).status, 200)
        self.assertIsNotNone(client.read_frame())
        client.close()
        self.check_nobody_noticed()

    def test_frame_that_never_ends(self):
        client = self._viewer()
        client.send(b'$\x00\xff\xff' + b'x' * 1000)
        client.reset()
        self.check_nobody_noticed()

    def test_frames_before_any_session(self):
        client = self.connect()
        client.send(b'$\x00\x00\x04abcd' * 10)
        self.assertEqual(client.request('OPTIONS', '*').status, 200)
        client.close()
        self.check_nobody_noticed()


if __name__ == '__main__':
    suite.main()
