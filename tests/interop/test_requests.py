# SPDX-License-Identifier: LGPL-2.1-or-later
"""How requests are cut into segments is the network's business, not the server's."""

from support import sdp, stream, suite
from support.rtsp_client import RtspClient
from support.stream import Presentation


class Segments(suite.SharedServerCase):
    presentations = (Presentation('/test', (stream.h264(), stream.pcmu())),)

    def setUp(self):
        self.client = RtspClient(self.server.port)
        self.addCleanup(lambda client=self.client: client.close())
        self.url = self.server.url('/test')

    def _dialogue(self):
        """The requests of a viewer that knows the answers beforehand, but for the session."""
        base = self.client.request('DESCRIBE', self.url)
        urls = [sdp.resolve(base['Content-Base'], media.control) for media in sdp.parse(base.body).media]
        first = self.client.request('SETUP', urls[0], {'Transport': 'RTP/AVP/TCP;unicast;interleaved=0-1'})
        self.assertEqual(first.status, 200)
        return (
            self.client.make('SETUP', urls[1], {'Transport': 'RTP/AVP/TCP;unicast;interleaved=2-3'})
            + self.client.make('GET_PARAMETER', self.url)
            + self.client.make('PLAY', self.url)
            + self.client.make('OPTIONS', self.url)
        )

    def _read_in_order(self, count):
        cseqs = []
        for _ in range(count):
            response = self.client.read_response()
            self.assertEqual(response.status, 200, response)
            cseqs.append(int(response['CSeq']))
        self.assertEqual(cseqs, sorted(cseqs))

    def test_several_requests_in_one_segment(self):
        self.client.send(self._dialogue())
        self._read_in_order(4)

    def test_one_request_byte_by_byte(self):
        self.client.send_in_portions(self._dialogue(), 1)
        self._read_in_order(4)

    def test_requests_cut_anywhere(self):
        for size in (2, 3, 7, 61, 199):
            with self.subTest(size=size), RtspClient(self.server.port) as self.client:
                self.client.send_in_portions(self._dialogue(), size)
                self._read_in_order(4)

    def test_hundred_pipelined_requests(self):
        self.client.send(b''.join(self.client.make('OPTIONS', self.url) for _ in range(100)))
        self._read_in_order(100)

    def test_request_while_media_flows(self):
        self.client.send(self._dialogue())
        self._read_in_order(4)
        for _ in range(20):
            self.assertEqual(self.client.request('GET_PARAMETER', self.url).status, 200)
        self.assertTrue(self.client.frames)

    def test_lines_may_end_in_a_bare_line_feed(self):
        self.client.send(b'OPTIONS * RTSP/1.0\nCSeq: 5\n\n')
        self.assertEqual(self.client.read_response()['CSeq'], '5')

    def test_header_names_in_any_case(self):
        self.client.send(b'OPTIONS * RTSP/1.0\r\ncseq:   6\r\nuser-AGENT: x\r\n\r\n')
        self.assertEqual(self.client.read_response()['CSeq'], '6')

    def test_empty_lines_between_requests_are_skipped(self):
        self.client.send(b'\r\n\r\nOPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n')
        self.assertEqual(self.client.read_response()['CSeq'], '7')


if __name__ == '__main__':
    suite.main()
