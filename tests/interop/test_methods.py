# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each request is answered, in the words of RFC 2326."""

from support import sdp, stream, suite
from support.deadline import DeadlineExceeded
from support.rtsp_client import RtspClient
from support.stream import Presentation

_METHODS = ('OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'GET_PARAMETER', 'SET_PARAMETER')
_TCP = 'RTP/AVP/TCP;unicast;interleaved=0-1'


class MethodCase(suite.SharedServerCase):
    presentations = (Presentation('/test', (stream.h264(), stream.pcmu())), Presentation('/video', (stream.h264(),)))

    def setUp(self):
        self.client = RtspClient(self.server.port)
        self.addCleanup(self.client.close)
        self.url = self.server.url('/test')

    def expect(self, status, method, url=None, headers=None, body=b'', version='RTSP/1.0'):
        response = self.client.request(method, url or self.url, headers, body, version)
        self.assertEqual(response.status, status, response)
        return response

    def describe(self, url=None):
        """(base URL, description)."""
        response = self.expect(200, 'DESCRIBE', url, {'Accept': 'application/sdp'})
        return response.get('Content-Base'), sdp.parse(response.body)

    def stream_urls(self, url=None):
        base, description = self.describe(url)
        return [sdp.resolve(base, media.control) for media in description.media]

    def set_up(self, url=None):
        """All streams of a presentation, over channels 0-1, 2-3..."""
        for number, stream_url in enumerate(self.stream_urls(url)):
            self.expect(
                200,
                'SETUP',
                stream_url,
                {'Transport': f'RTP/AVP/TCP;unicast;interleaved={2 * number}-{2 * number + 1}'},
            )


class Dialogue(MethodCase):
    def test_options_names_every_method(self):
        public = self.expect(200, 'OPTIONS')['Public']
        self.assertEqual(set(_METHODS) - {word.strip() for word in public.split(',')}, set())

    def test_options_of_the_server_is_answered(self):
        self.expect(200, 'OPTIONS', '*')

    def test_describe_gives_both_streams(self):
        response = self.expect(200, 'DESCRIBE')
        self.assertEqual(response['Content-Type'], 'application/sdp')
        self.assertEqual([media.kind for media in sdp.parse(response.body).media], ['video', 'audio'])

    def test_describe_tells_no_caps_field_of_ours(self):
        self.assertNotIn(b'mapping', self.expect(200, 'DESCRIBE').body)

    def test_whole_dialogue(self):
        self.set_up()
        self.expect(200, 'PLAY')
        self.assertEqual(self.client.read_frame()[1][0] >> 6, 2)
        self.expect(200, 'PAUSE')
        self.expect(200, 'GET_PARAMETER')
        self.expect(200, 'PLAY')
        self.assertIsNotNone(self.client.read_frame())
        self.expect(200, 'TEARDOWN')
        self.expect(454, 'PLAY')

    def test_pause_stops_the_media(self):
        self.set_up()
        self.expect(200, 'PLAY')
        self.expect(200, 'PAUSE')
        self.client.frames.clear()  # those before the answer
        with self.assertRaises(DeadlineExceeded):
            self.client.read_frame(0.5)
        self.expect(200, 'PLAY')
        self.assertIsNotNone(self.client.read_frame())

    def test_second_session_on_the_same_connection(self):
        self.set_up()
        first = self.client.session
        self.client.session = None
        self.set_up(self.server.url('/video'))
        self.assertNotEqual(self.client.session, first)
        self.expect(200, 'TEARDOWN', self.server.url('/video'))
        self.client.session = first
        self.expect(200, 'PLAY')

    @suite.only_rtspsink
    def test_tear_down_of_one_stream_leaves_the_other(self):
        urls = self.stream_urls()
        self.set_up()
        self.expect(200, 'TEARDOWN', urls[1])
        self.expect(200, 'PLAY')
        self.assertEqual({self.client.read_frame()[0] & ~1 for _ in range(20)}, {0})

    def test_describe_in_a_session_changes_nothing(self):
        self.set_up()
        self.describe()
        self.expect(200, 'PLAY')


class Parameters(MethodCase):
    def test_empty_get_parameter_is_a_ping(self):
        self.expect(200, 'GET_PARAMETER')
        self.set_up()
        self.expect(200, 'GET_PARAMETER')

    def test_unknown_parameter_is_named(self):
        headers = {'Content-Type': 'text/parameters'}
        self.expect(451, 'GET_PARAMETER', headers=headers, body=b'barparam\r\n')

    @suite.only_rtspsink
    def test_unknown_parameter_to_set_is_refused(self):
        self.expect(451, 'SET_PARAMETER', headers={'Content-Type': 'text/parameters'}, body=b'barparam: 1\r\n')

    def test_body_is_consumed(self):
        self.client.request(
            'SET_PARAMETER', self.url, {'Content-Type': 'text/parameters'}, b'OPTIONS * RTSP/1.0\r\nCSeq: 99\r\n\r\n'
        )
        self.assertEqual(self.expect(200, 'OPTIONS')['CSeq'], '2')


class Refusals(MethodCase):
    def test_required_feature_is_551_and_named(self):
        response = self.expect(551, 'OPTIONS', headers={'Require': 'foo'})
        self.assertIn('foo', response['Unsupported'])

    @suite.only_rtspsink
    def test_other_version_is_505(self):
        self.expect(505, 'OPTIONS', version='RTSP/7.0')

    def test_unknown_session_is_454(self):
        for method in ('PLAY', 'PAUSE', 'TEARDOWN'):
            self.expect(454, method, headers={'Session': '1234567890'})

    def test_setup_with_unknown_session_is_454(self):
        self.expect(454, 'SETUP', self.stream_urls()[0], {'Session': '1234567890', 'Transport': _TCP})

    def test_play_without_session_is_454_or_455(self):
        response = self.client.request('PLAY', self.url)
        self.assertIn(response.status, (454, 455), response)

    @suite.only_rtspsink
    def test_new_transport_while_playing_is_455(self):
        urls = self.stream_urls()
        self.set_up()
        self.expect(200, 'PLAY')
        response = self.expect(455, 'SETUP', urls[0], {'Transport': 'RTP/AVP/TCP;unicast;interleaved=6-7'})
        self.assertIn('Allow', response)

    @suite.only_rtspsink
    def test_setup_of_an_aggregate_is_459(self):
        self.expect(459, 'SETUP', headers={'Transport': _TCP})

    def test_setup_of_the_aggregate_of_one_stream_is_that_stream(self):
        self.expect(200, 'SETUP', self.server.url('/video'), {'Transport': _TCP})

    def test_play_of_one_stream_of_several_is_460(self):
        urls = self.stream_urls()
        self.set_up()
        self.expect(460, 'PLAY', urls[0])

    @suite.only_rtspsink
    def test_play_of_the_only_stream_is_answered(self):
        urls = self.stream_urls(self.server.url('/video'))
        self.set_up(self.server.url('/video'))
        self.expect(200, 'PLAY', urls[0])

    def test_unknown_transport_is_461(self):
        for transport in ('RAW/RAW/UDP;unicast', 'RTP/AVP/SCTP;unicast', 'nonsense'):
            self.expect(461, 'SETUP', self.stream_urls()[0], {'Transport': transport})

    @suite.only_rtspsink
    def test_unknown_transport_falls_back_to_the_next(self):
        response = self.expect(200, 'SETUP', self.stream_urls()[0], {'Transport': f'RAW/RAW/UDP;unicast,{_TCP}'})
        self.assertIsNotNone(response.transport('interleaved'))

    @suite.only_rtspsink
    def test_other_methods_are_405_with_allow(self):
        for method in ('ANNOUNCE', 'RECORD'):
            allow = self.expect(405, method)['Allow']
            self.assertIn('PLAY', allow)

    @suite.only_rtspsink
    def test_unknown_method_is_501(self):
        self.expect(501, 'FROBNICATE')

    @suite.only_rtspsink
    def test_missing_cseq_and_one_that_is_no_number_are_400(self):
        for cseq in (None, '', 'seven', '7x', '7 8', '-7', '0x7', '7' * 30):
            with self.subTest(cseq):
                self.assertEqual(self.client.request('OPTIONS', '*', {'CSeq': cseq}).status, 400)
                self.assertEqual(self.expect(200, 'OPTIONS', '*', {'CSeq': 7})['CSeq'], '7')

    def test_cseq_is_echoed_with_every_status(self):
        for method, url in (
            ('OPTIONS', '*'),
            ('DESCRIBE', self.server.url('/nowhere')),
            ('FROBNICATE', '*'),
            ('PLAY', self.url),
        ):
            response = self.client.request(method, url, {'CSeq': '31415926'})
            self.assertEqual(response['CSeq'], '31415926', response)

    def test_cseq_may_repeat_and_decrease(self):
        for cseq in ('7', '7', '3', '0', '4294967296', '3'):
            self.assertEqual(self.expect(200, 'OPTIONS', '*', {'CSeq': cseq})['CSeq'], cseq)


class NotFound(MethodCase):
    debug = '*rtsp*:4'

    @suite.only_rtspsink
    def test_unknown_path_is_404_and_the_log_lists_the_mappings(self):
        self.expect(404, 'DESCRIBE', self.server.url('/sorry'))
        lines = [line for line in self.server.log().splitlines() if '/sorry' in line]
        self.assertTrue(any('/test' in line and '/video' in line for line in lines), self.server.log()[-2000:])

    def test_unknown_stream_is_404(self):
        self.expect(404, 'SETUP', self.server.url('/test/stream=7'), {'Transport': _TCP})

    def test_longer_path_is_404(self):
        self.expect(404, 'DESCRIBE', self.server.url('/tests'))


if __name__ == '__main__':
    suite.main()
