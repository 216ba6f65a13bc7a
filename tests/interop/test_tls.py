# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTSP over TLS: who gets in, who does not, and certificates that change while it serves."""

import os
import socket
import ssl

from support import application, pipeline, players, stream, suite
from support.application import Application
from support.certificates import Authority
from support.deadline import wait_until
from support.rtsp_client import RtspClient
from support.stream import Presentation
from support.tls_case import TlsCase, secure_url
from support.viewer import Viewer

_PRESENTATIONS = (Presentation('/test', (stream.h264(), stream.pcmu())),)
_DECODE = (
    'src. ! rtph264depay ! h264parse ! avdec_h264 ! {video}'
    ' src. ! rtppcmudepay ! mulawdec ! {audio}'
)


class PicturesCase(TlsCase):
    presentations = _PRESENTATIONS


@suite.only_rtspsink
class Viewers(PicturesCase):
    def _shows(self, player):
        self.assertTrue(
            player.wait_for(lambda p: p.pictures.count() > 15 and p.pictures.show_bars(), 20), player.log()
        )

    def test_ffmpeg_shows_pictures(self):
        server = self.serve_tls()
        command = players.ffmpeg(secure_url(server), 'tcp', ('video', 'audio'))
        with players.Player(command, self.folder, 'ffmpeg') as player:
            self._shows(player)
        server.stop()

    def test_rtspsrc_shows_pictures_and_checks_the_certificate(self):
        server = self.serve_tls()
        # GLib's own way to trust an authority, from the command line.
        trusted = {**os.environ, 'SSL_CERT_FILE': self.authority.path}
        trusting = players.rtspsrc(secure_url(server), 'tcp', _DECODE, 'tls-validation-flags=0')
        with players.Player(trusting, self.folder, 'rtspsrc', env=trusted) as player:
            self._shows(player)
        strict = players.rtspsrc(secure_url(server), 'tcp', _DECODE)
        with players.Player(strict, self.folder, 'rtspsrc-strict') as player:
            self.assertFalse(player.wait_for(lambda p: p.pictures.count() > 0, 10), 'an unknown authority is trusted')
        server.stop()

    def test_plain_and_secure_viewers_share_the_port(self):
        server = self.serve_tls()
        with Viewer(server) as plain, Viewer(server, tls=self.authority.client()) as secure:
            plain.wait_for_more()
            secure.wait_for_more()
            self.assertEqual((plain.lost, secure.lost), (0, 0))
        server.stop()

    def test_own_port_speaks_tls_alone(self):
        port = pipeline.free_port()
        server = self.serve_tls(f'tls-service={port}')
        with RtspClient(port, tls=self.authority.client()) as client:
            self.assertEqual(client.request('OPTIONS', 'rtsps://localhost/test').status, 200)
        with RtspClient(port) as client:
            client.send(client.make('OPTIONS', 'rtsp://localhost/test'))
            self.assertTrue(client.closed_by_server())
        server.stop()

    def test_own_port_that_was_free_can_be_read(self):
        if reason := application.why_not():
            self.skipTest(reason)
        line = f'rtspsink name=sink service=0 tls-service=0 tls-certificate={self.certificate} audiotestsrc is-live=true ! mulawenc ! sink.'
        server = Application(self.folder, line)
        self.addCleanup(server.process.kill)
        self.assertEqual(server.tell('get sink bound-tls-port'), '0')
        server.play()
        port = int(server.tell('get sink bound-tls-port'))
        self.assertNotIn(port, (0, server.port))
        with RtspClient(port, tls=self.authority.client()) as client:
            self.assertEqual(client.request('DESCRIBE', 'rtsps://localhost/test').status, 200)
        server.tell('null')
        self.assertEqual(server.tell('get sink bound-tls-port'), '0')
        server.stop()

    def test_media_do_not_leave_the_connection(self):
        """Whoever speaks TLS is not sent datagrams for all to see."""
        server = self.serve_tls()
        with RtspClient(server.port, tls=self.authority.client()) as client:
            url = server.url() + '/stream=0'
            answer = client.request('SETUP', url, {'Transport': 'RTP/AVP;unicast;client_port=5000-5001'})
            self.assertEqual(answer.status, 461)
            both = 'RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast;interleaved=0-1'
            answer = client.request('SETUP', url, {'Transport': both})
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.transport('interleaved'), '0-1')
        server.stop()


@suite.only_rtspsink
class Doors(PicturesCase):
    def test_required_refuses_who_does_not_speak_it(self):
        server = self.serve_tls('tls=required')
        with RtspClient(server.port) as client:
            for method in ('DESCRIBE', 'SETUP', 'OPTIONS'):
                with RtspClient(server.port) as client:
                    answer = client.request(method, server.url(), {'Transport': 'RTP/AVP/TCP;interleaved=0-1'})
                    self.assertEqual(answer.status, 403)
                    self.assertEqual(answer.body, b'')
                    self.assertTrue(client.closed_by_server())
        with Viewer(server, tls=self.authority.client()) as viewer:
            viewer.wait_for_more()
        server.stop()

    def test_client_certificate_is_demanded(self):
        server = self.serve_tls(f'tls-client-ca={self.authority.path}')
        stranger = Authority(self.folder, 'strangers')
        impostor = stranger.issue('impostor')
        for certificate in (None, impostor):
            with self.subTest(certificate=certificate), self.assertRaises((ssl.SSLError, ConnectionError)):
                with RtspClient(server.port, tls=self.authority.client(certificate)) as client:
                    client.request('OPTIONS', server.url())
        known = self.authority.client(self.authority.issue('viewer'))
        with RtspClient(server.port, tls=known) as client:
            self.assertEqual(client.request('DESCRIBE', server.url()).status, 200)
        server.stop()

    def test_wrong_authority_is_noticed_by_the_client(self):
        server = self.serve_tls()
        stranger = Authority(self.folder, 'another-authority')
        with self.assertRaises(ssl.SSLCertVerificationError):
            RtspClient(server.port, tls=stranger.client())
        server.stop()

    def test_tls_without_certificate_or_turned_off_is_closed(self):
        for name, properties in (
            ('without certificate', ''),
            ('off', f'tls=off tls-certificate={self.certificate}'),
        ):
            with self.subTest(name), self.serve(_PRESENTATIONS, properties) as server:
                with self.assertRaises((ssl.SSLError, ConnectionError)):
                    RtspClient(server.port, tls=self.authority.client())
                with RtspClient(server.port) as plain:
                    self.assertEqual(plain.request('DESCRIBE', server.url()).status, 200)

    def test_broken_handshakes_disturb_nobody(self):
        server = self.serve_tls()
        with Viewer(server, tls=self.authority.client()) as viewer:
            for data in (b'\x16', b'\x16\x03\x01\xff\xff' + bytes(100), b'\x16\x03\x01\x00\x05hello', b'\x16' * 70000):
                with socket.create_connection(('127.0.0.1', server.port), 5) as link:
                    try:
                        link.sendall(data)
                    except ConnectionError:
                        pass
            viewer.wait_for_more(100)
            self.assertEqual(viewer.lost, 0)
        server.stop()

    def test_certificate_changes_while_viewers_watch(self):
        server = self.serve_tls(debug='rtspcore:2')
        client = self.authority.client()
        with RtspClient(server.port, tls=client) as probe:
            first = probe.peer_certificate()
        viewers = [Viewer(server, tls=client) for _ in range(20)]
        for viewer in viewers:
            viewer.__enter__()
            self.addCleanup(viewer.stop)
        self.authority.issue('renewed', self.certificate)

        def is_renewed():
            with RtspClient(server.port, tls=client) as probe:
                return probe.peer_certificate() != first

        wait_until(is_renewed, 10, 'the new certificate')
        os.remove(self.certificate)  # vanishes: the one that is loaded stays
        for viewer in viewers:
            viewer.wait_for_more(60)
            self.assertEqual(viewer.lost, 0)
            self.assertFalse(viewer.closed)
        self.assertTrue(is_renewed())
        told = f'the certificate it has: certificate file "{self.certificate}" cannot be used: No such file'
        wait_until(lambda: told in server.log(), 10, 'the warning')
        self.authority.issue('server', self.certificate)
        for viewer in viewers:
            viewer.stop()
        server.stop()


@suite.only_rtspsink
class Errors(PicturesCase):
    def _error_of(self, properties):
        words = stream.split_line(stream.rtspsink_line(_PRESENTATIONS, f'service=0 {properties}'))
        server = pipeline.launch(self.folder, words, 0)
        self.addCleanup(server.process.kill)
        wait_until(lambda: not server.process.running(), 20, 'the error')
        return server.log()

    def test_wrong_settings_name_the_property_and_the_fix(self):
        missing = os.path.join(self.folder, 'missing.pem')
        for properties, words in (
            ('tls=required', ("'tls'", 'tls-certificate')),
            ('srtp=required', ("'srtp'", 'tls-certificate')),
            (f'srtp=optional tls=off tls-certificate={self.certificate}', ("'srtp'", 'tls=off')),
            (f'tls-key={missing}', ("'tls-key'", 'tls-certificate')),
            ('tls-service=322', ("'tls-service'", 'tls-certificate')),
            ('tls=off tls-service=322', ("'tls-service': '322'", 'tls=off', 'tls=optional')),
            (
                f'tls=off tls-service=322 tls-certificate={self.certificate}',
                ("'tls-service': '322'", 'tls=off', 'tls=optional'),
            ),
            (f'tls-certificate={missing}', ("'tls-certificate'", missing, 'No such file', 'PEM')),
            (
                f'tls-certificate={self.authority.path}',
                ("'tls-key' is not set", self.authority.path, 'no private key', 'PEM', 'tls-key=FILE'),
            ),
            (f'tls-certificate={self.certificate} tls-client-ca={missing}', ("'tls-client-ca'", missing)),
            (f'tls-certificate={self.certificate} tls-service=many', ("'tls-service'", 'many', '322')),
        ):
            with self.subTest(properties=properties):
                log = self._error_of(properties)
                for word in words:
                    self.assertIn(word, log)


if __name__ == '__main__':
    suite.main()
