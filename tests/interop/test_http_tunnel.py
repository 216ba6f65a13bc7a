# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTSP over HTTP: players that get through with it, and halves that do not find each other."""

import base64
import unittest

from support import players, stream, suite
from support.certificates import Authority
from support.deadline import wait_until
from support.http_tunnel import Half, TunnelClient, new_cookie
from support.rtsp_client import RtspClient
from support.stream import Presentation
from support.viewer import Viewer

_PRESENTATIONS = (Presentation('/test', (stream.h264(), stream.pcmu())),)
_DECODE = 'src. ! rtph264depay ! h264parse ! avdec_h264 ! {video} src. ! rtppcmudepay ! mulawdec ! {audio}'
_OPTIONS = b'OPTIONS rtsp://127.0.0.1/test RTSP/1.0\r\nCSeq: 1\r\n\r\n'


def _assert_shows(case, command, name):
    if missing := players.missing(command('x', (160, 120))[0]):
        case.skipTest(f'{missing[0]} is not installed')
    with players.Player(command, case.folder, name) as player:
        shown = player.wait_for(lambda p: p.pictures.count() > 15 and p.pictures.show_bars(), 20)
        case.assertTrue(shown, player.log())


@suite.only_rtspsink
class Players(suite.SharedServerCase):
    presentations = _PRESENTATIONS

    def test_ffmpeg_shows_pictures(self):
        _assert_shows(self, players.ffmpeg(self.server.url(), 'http', ('video', 'audio')), 'ffmpeg')

    def test_rtspsrc_shows_pictures(self):
        url = self.server.url().replace('rtsp://', 'rtsph://')
        _assert_shows(self, players.rtspsrc(url, 'tcp', _DECODE), 'rtspsrc')

    def test_tunnelled_and_plain_viewers_lose_nothing(self):
        with Viewer(self.server, client=TunnelClient) as tunnelled, Viewer(self.server) as plain:
            tunnelled.wait_for_more(100)
            plain.wait_for_more()
            self.assertEqual((tunnelled.lost, plain.lost), (0, 0))


@suite.only_rtspsink
class Halves(suite.SharedServerCase):
    presentations = _PRESENTATIONS
    properties = 'io-threads=3'  # so that halves are accepted by different threads

    def test_get_is_answered_as_the_tunnel_asks(self):
        with TunnelClient(self.server.port) as client:
            self.assertEqual(client.status, 200)
            self.assertIn('Content-Type: application/x-rtsp-tunnelled', client.head)
            self.assertNotIn('Content-Length', client.head)
            self.assertEqual(client.request('OPTIONS', self.server.url()).status, 200)

    def test_requests_come_in_any_portions(self):
        with TunnelClient(self.server.port) as client:
            text = base64.b64encode(_OPTIONS) + b'\r\n' + base64.b64encode(_OPTIONS[:7]) + base64.b64encode(_OPTIONS[7:])
            for position in range(len(text)):
                client.post.link.sendall(text[position : position + 1])
            self.assertEqual([client.read_response().status for _ in range(2)], [200, 200])

    def test_post_may_close_and_come_again(self):
        with Viewer(self.server, client=TunnelClient) as viewer:
            for _ in range(5):
                viewer.client.reopen()
                viewer.wait_for_more()
            viewer.client.send(viewer.client.make('GET_PARAMETER', viewer.url))
            viewer.wait_for_more()
            self.assertEqual(viewer.lost, 0)

    def test_request_may_be_split_over_two_posts(self):
        with TunnelClient(self.server.port) as client:
            self.assertEqual(client.request('OPTIONS', self.server.url()).status, 200)
            client.send(_OPTIONS[:10])
            client.reopen()
            client.send(_OPTIONS[10:])
            self.assertEqual(client.read_response().status, 200)

    def test_many_tunnels_meet_whatever_thread_they_are_on(self):
        clients = [TunnelClient(self.server.port) for _ in range(30)]
        for client in clients:
            self.assertEqual(client.request('DESCRIBE', self.server.url()).status, 200)
        for client in clients:
            client.close()

    def test_session_of_another_thread_is_found_by_a_tunnel(self):
        """The GET half moves to the thread that has the session, and its POST half after it."""
        owners = [RtspClient(self.server.port) for _ in range(3)]
        url = self.server.url()
        for number, owner in enumerate(owners):
            offer = {'Transport': f'RTP/AVP;unicast;client_port={40000 + 2 * number}-{40001 + 2 * number}'}
            self.assertEqual(owner.request('SETUP', url + '/stream=0', offer).status, 200)
        for owner in owners:
            with TunnelClient(self.server.port) as client:
                client.session = owner.session
                for _ in range(2):
                    self.assertEqual(client.request('GET_PARAMETER', url).status, 200)
        for owner in owners:
            owner.close()

    def test_datagrams_are_not_offered_in_a_tunnel(self):
        with TunnelClient(self.server.port) as client:
            offer = {'Transport': 'RTP/AVP;unicast;client_port=5000-5001'}
            self.assertEqual(client.request('SETUP', self.server.url() + '/stream=0', offer).status, 461)

    def test_post_ends_with_its_get(self):
        client = TunnelClient(self.server.port)
        self.assertEqual(client.request('OPTIONS', self.server.url()).status, 200)
        client._socket.close()
        client.post.link.settimeout(10)
        self.assertEqual(client.post.link.recv(1), b'')
        client.post.close()


@suite.only_rtspsink
class Refusals(suite.SharedServerCase):
    presentations = _PRESENTATIONS
    properties = 'io-threads=3'

    def _assert_refused(self, half, status):
        with half:
            self.assertEqual(half.answer()[0], status)

    def test_post_without_get(self):
        self._assert_refused(Half(self.server.port, 'POST', new_cookie()), 404)

    def test_post_from_another_address(self):
        with TunnelClient(self.server.port) as client:
            self._assert_refused(Half(self.server.port, 'POST', client.cookie, source='127.0.0.2'), 404)
            self.assertEqual(client.request('OPTIONS', self.server.url()).status, 200)

    def test_second_get_of_a_cookie(self):
        with TunnelClient(self.server.port) as client:
            self._assert_refused(Half(self.server.port, 'GET', client.cookie), 409)
            self.assertEqual(client.request('OPTIONS', self.server.url()).status, 200)

    def test_second_post_of_a_cookie(self):
        with TunnelClient(self.server.port) as client:
            self.assertEqual(client.request('OPTIONS', self.server.url()).status, 200)
            self._assert_refused(Half(self.server.port, 'POST', client.cookie), 409)
            self.assertEqual(client.request('OPTIONS', self.server.url()).status, 200)

    def test_cookie_is_free_when_its_tunnel_is_closed(self):
        client = TunnelClient(self.server.port)
        client.close()

        def is_free():
            with Half(self.server.port, 'GET', client.cookie) as half:
                return half.answer()[0] == 200

        wait_until(is_free, 10, 'the cookie to be free')

    def test_what_is_no_base64(self):
        with TunnelClient(self.server.port) as client:
            client.post.link.sendall(_OPTIONS)
            self.assertEqual(client.post.answer()[0], 400)

    def test_what_is_no_tunnel(self):
        for method, cookie, more, status in (
            ('GET', None, '', 426),
            ('POST', None, '', 400),
            ('HEAD', new_cookie(), '', 405),
            ('GET', 'a b', '', 400),
            ('GET', 'x' * 200, '', 400),
            ('POST', new_cookie(), 'Transfer-Encoding: chunked\r\n', 501),
            ('GET', new_cookie(), 'A: b\r\n' * 200, 431),
            ('GET', new_cookie(), 'no colon\r\n', 400),
        ):
            with self.subTest(method=method, status=status):
                self._assert_refused(Half(self.server.port, method, cookie, more), status)

    def test_get_whose_post_never_comes(self):
        with Half(self.server.port, 'GET', new_cookie()) as half:
            self.assertEqual(half.answer()[0], 200)
            half.link.settimeout(20)
            self.assertEqual(half.link.recv(1), b'')


@suite.only_rtspsink
class Secure(suite.Case):
    @classmethod
    def setUpClass(cls):
        if players.missing('openssl'):
            raise unittest.SkipTest('openssl is not installed')
        super().setUpClass()
        cls.authority = Authority(cls._folder)
        cls.server = cls.serve(_PRESENTATIONS, f'tls-certificate={cls.authority.issue("server")}')
        cls.addClassCleanup(cls.server.process.kill)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def _url(self, scheme):
        return self.server.url().replace('rtsp://', scheme + '://')

    def test_viewer_loses_nothing_and_post_without_tls_is_refused(self):
        with Viewer(self.server, client=TunnelClient, tls=self.authority.client()) as viewer:
            viewer.wait_for_more()
            self.assertEqual(viewer.lost, 0)
            viewer.client.post.close()
            with Half(self.server.port, 'POST', viewer.client.cookie) as plain:
                self.assertEqual(plain.answer()[0], 403)

    def test_ffmpeg_shows_pictures(self):
        command = players.ffmpeg(self._url('rtsp'), 'https', ('video', 'audio'))
        _assert_shows(self, command, 'ffmpeg')

    def test_rtspsrc_shows_pictures(self):
        command = players.rtspsrc(self._url('rtspsh'), 'tcp', _DECODE, 'tls-validation-flags=0')
        _assert_shows(self, command, 'rtspsrc')


if __name__ == '__main__':
    suite.main()
