# SPDX-License-Identifier: LGPL-2.1-or-later
"""URLs as clients write them: the server never puts its own idea of its address in their place."""

import socket

from support import sdp, stream, suite
from support.rtsp_client import RtspClient
from support.stream import Presentation
from support.viewer import Viewer


class Urls(suite.SharedServerCase):
    presentations = (Presentation('/stream1', (stream.h264(), stream.pcmu())), Presentation('/a/b', (stream.h264(),)))

    def setUp(self):
        self.client = RtspClient(self.server.port)
        self.addCleanup(self.client.close)

    def _play(self, url):
        """Describes, sets up and plays by what the server answers; gives (DESCRIBE, PLAY) responses."""
        description = self.client.request('DESCRIBE', url)
        self.assertEqual(description.status, 200, description)
        base = description.get('Content-Base', url)
        for number, media in enumerate(sdp.parse(description.body).media):
            headers = {'Transport': f'RTP/AVP/TCP;unicast;interleaved={2 * number}-{2 * number + 1}'}
            response = self.client.request('SETUP', sdp.resolve(base, media.control), headers)
            self.assertEqual(response.status, 200, response)
        played = self.client.request('PLAY', sdp.resolve(base, sdp.parse(description.body).control))
        self.assertEqual(played.status, 200, played)
        return description, played

    def _all_urls(self, description, played):
        return [description['Content-Base']] + [
            part.split('url=')[1].split(';')[0] for part in played['RTP-Info'].split(',')
        ]

    def test_host_is_as_the_client_wrote_it(self):
        for host in (
            f'127.0.0.1:{self.server.port}',
            f'localhost:{self.server.port}',
            'camera.example.org',
            'camera.example.org:8554',
            '[2001:db8::1]:554',
        ):
            with self.subTest(host=host):
                for url in self._all_urls(*self._play(f'rtsp://{host}/stream1')):
                    self.assertTrue(url.startswith(f'rtsp://{host}/'), url)
                self.client.session = None

    @suite.only_rtspsink
    def test_description_names_no_address_of_the_server(self):
        body = self.client.request('DESCRIBE', 'rtsp://camera.example.org/stream1').body.decode()
        self.assertNotIn(socket.gethostname(), body)
        self.assertNotIn('a=control:rtsp://127.0.0.1', body)

    @suite.only_rtspsink
    def test_credentials_are_ignored(self):
        self._play(f'rtsp://user:secret@127.0.0.1:{self.server.port}/stream1')

    @suite.only_rtspsink
    def test_doubled_slash_is_served(self):
        self._play(f'rtsp://127.0.0.1:{self.server.port}//stream1')

    @suite.only_rtspsink
    def test_query_is_served(self):
        for query in ('?token=abc', '?a=b&c=d/e', '?'):
            with self.subTest(query=query):
                self._play(f'rtsp://127.0.0.1:{self.server.port}/stream1{query}')
                self.client.session = None

    @suite.only_rtspsink
    def test_trailing_slash_is_served(self):
        self._play(f'rtsp://127.0.0.1:{self.server.port}/stream1/')

    def test_path_of_several_parts_is_served(self):
        self._play(f'rtsp://127.0.0.1:{self.server.port}/a/b')

    @suite.only_rtspsink
    def test_escaped_path_is_served(self):
        self._play(f'rtsp://127.0.0.1:{self.server.port}/%73tream1')

    @suite.only_rtspsink
    def test_scheme_and_host_in_any_case(self):
        self._play(f'RTSP://LocalHost:{self.server.port}/stream1')


@suite.only_rtspsink
class IPv6(suite.SharedServerCase):
    presentations = (Presentation('/test', (stream.h264(), stream.pcmu())),)

    def test_both_transports_over_ipv6(self):
        for transport in ('tcp', 'udp'):
            with self.subTest(transport=transport):
                self.server.address = '::1'
                with Viewer(self.server, transport=transport) as viewer:
                    viewer.wait_for_more(30)
                    self.assertEqual(viewer.lost, 0)
                    self.assertTrue(viewer.url.startswith('rtsp://[::1]:'))


if __name__ == '__main__':
    suite.main()
