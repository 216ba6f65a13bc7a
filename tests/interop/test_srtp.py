# SPDX-License-Identifier: LGPL-2.1-or-later
"""SRTP: real players over every transport, what others get to see, and keys that change."""

import re
import unittest

from support import application, network, players, stream, suite
from support.application import Application
from support.deadline import Deadline, wait_until
from support.rtsp_client import RtspClient
from support.stream import Presentation, Stream
from support.tls_case import TlsCase, secure_url
from support.viewer import Viewer

_TAG = 10  # bytes that authenticate a packet (RFC 3711 section 5.2)
_SECONDS = 20  # for a player to prove that it plays
_DECODE = 'src. ! rtph264depay ! h264parse ! avdec_h264 ! queue ! {video} src. ! rtppcmudepay ! mulawdec ! queue ! {audio}'
_TRUSTING = 'tls-validation-flags=0'


def _shows_and_sounds(player):
    return player.pictures.count() > 15 and player.pictures.show_bars() and player.sound.is_tone(440)


def _crypto_lines(body):
    return re.findall(rb'a=crypto:(.*)\r\n', body)


def _mikey_lines(body):
    return re.findall(rb'a=key-mgmt:(.*)\r\n', body)


def _wrapping_h264(first, source=None):
    """Sequence numbers wrap seconds after the start."""
    chain = source or stream.h264(fps=30).chain
    payloader = f'h264parse config-interval=-1 ! rtph264pay seqnum-offset={first} ssrc=11223344'
    return Stream(f'{chain} ! {payloader}', 'application/x-rtp,media=video', '')


def _has_wrapped(viewer):
    return viewer.tracks[0].last is not None and viewer.tracks[0].last.sequence < 30000


class SrtpCase(TlsCase):
    presentations = (Presentation('/test', (stream.h264(), stream.pcmu())),)

    def viewer(self, server, transport='tcp', profile='SAVP', path='/test'):
        return Viewer(server, path, transport, tls=self.authority.client(), profile=profile)

    def shows(self, command, proof=_shows_and_sounds):
        with players.Player(command, self.folder, 'player') as player:
            self.assertTrue(player.wait_for(proof, _SECONDS), player.log())


@suite.only_rtspsink
class Players(SrtpCase):
    def test_rtspsrc_decodes_over_every_transport(self):
        server = self.serve_tls('srtp=required multicast=true')
        for transport in ('tcp', 'udp', 'udp-mcast'):
            with self.subTest(transport=transport):
                self.shows(players.rtspsrc(secure_url(server), transport, _DECODE, _TRUSTING))
        server.stop()

    def test_rtspsrc_decodes_in_an_http_tunnel(self):
        server = self.serve_tls('srtp=required')
        url = secure_url(server).replace('rtsps://', 'rtspsh://')
        self.shows(players.rtspsrc(url, 'tcp', _DECODE, _TRUSTING))
        server.stop()

    def test_ffmpeg_decodes_with_the_key_of_crypto(self):
        server = self.serve_tls('srtp=required')
        self.shows(players.ffmpeg(secure_url(server), 'tcp', ('video', 'audio')))
        server.stop()

    def test_optional_is_for_urls_that_ask_for_it(self):
        server = self.serve_tls('srtp=optional')
        self.shows(players.rtspsrc(secure_url(server, '/test?srtp'), 'udp', _DECODE, _TRUSTING))
        self.shows(players.ffmpeg(secure_url(server, '/test?srtp'), 'tcp', ('video', 'audio')))
        self.shows(players.ffmpeg(secure_url(server), 'tcp', ('video', 'audio')))
        self.shows(players.ffmpeg(server.url(), 'udp', ('video', 'audio')))
        server.stop()


@suite.only_rtspsink
class Counters(SrtpCase):
    """Rollover counters: players that come before the sequence numbers wrap, and after."""

    presentations = (Presentation('/test', (_wrapping_h264(64900),)),)
    decode = 'src. ! rtph264depay ! h264parse ! avdec_h264 ! queue ! {video}'

    def test_players_cross_the_wrap_and_join_after_it(self):
        server = self.serve_tls('srtp=required multicast=true')
        url = secure_url(server)
        commands = {
            'ffmpeg': players.ffmpeg(url, 'tcp', ('video',)),
            'udp': players.rtspsrc(url, 'udp', self.decode, _TRUSTING),
            'udp-mcast': players.rtspsrc(url, 'udp-mcast', self.decode, _TRUSTING),
        }
        with self.viewer(server) as witness:
            self.assertFalse(_has_wrapped(witness))
            for when in ('before', 'after'):
                running = {name: players.Player(command, self.folder, name) for name, command in commands.items()}
                for name, player in running.items():
                    self.addCleanup(player.kill)
                    shown = player.wait_for(lambda p: p.pictures.count() > 10 and p.pictures.show_bars(), _SECONDS)
                    self.assertTrue(shown, f'{name} {when} the wrap: {player.log()}')
                if when == 'before':
                    self.assertFalse(_has_wrapped(witness), 'they came in time')
                wait_until(lambda: _has_wrapped(witness), 30, 'the wrap')
                for name, player in running.items():
                    before = player.pictures.count()
                    self.assertTrue(player.wait_for(lambda p: p.pictures.count() > before + 60, _SECONDS), name)
            self.assertEqual(witness.lost, 0)
        server.stop()


@suite.only_rtspsink
class Waiting(SrtpCase):
    """Clients whose description is of before the wrap, and their PLAY of after it."""

    # Some 400 packets a second, so that seconds are enough.
    _snow = (
        'videotestsrc is-live=true pattern=snow ! video/x-raw,width=320,height=240,framerate=30/1'
        ' ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 bitrate=4000'
    )
    presentations = (Presentation('/test', (_wrapping_h264(60500, _snow),)),)

    def _set_up(self, server):
        client = RtspClient(server.port, tls=self.authority.client())
        self.addCleanup(client.close)
        lines = _crypto_lines(client.request('DESCRIBE', server.url()).body)
        answer = client.request('SETUP', server.url() + '/stream=0', {'Transport': 'RTP/SAVP/TCP;interleaved=0-1'})
        self.assertEqual(answer.status, 200)
        return client, lines

    def test_play_past_the_wrap(self):
        server = self.serve_tls('srtp=required')
        with self.viewer(server) as witness:
            witness.wait_for_more(300)  # the rate is known from here on
            late, keys_of_late = self._set_up(server)
            pausing, keys_of_pausing = self._set_up(server)
            self.assertEqual(keys_of_late, keys_of_pausing, 'they share the keys of this cycle')
            self.assertEqual(pausing.request('PLAY', server.url()).status, 200)
            self.assertFalse(_has_wrapped(witness))

            deadline = Deadline(40, 'the wrap, and a key frame behind it')
            while not _has_wrapped(witness) or witness.tracks[0].last.sequence < 1000:
                pausing.read_frame(5)
                deadline.check()
            self.assertEqual(pausing.request('PAUSE', server.url()).status, 200)
            self.assertEqual(pausing.request('PLAY', server.url()).status, 200, 'it followed the counter')
            self.assertEqual(late.request('PLAY', server.url()).status, 463)
            self.assertEqual(late.request('PLAY', server.url()).status, 454, 'new keys are for a new session')
            again, _ = self._set_up(server)
            self.assertEqual(again.request('PLAY', server.url()).status, 200)
            self.assertEqual(witness.lost, 0)
        server.stop()


@suite.only_rtspsink
class Keys(SrtpCase):
    def test_viewers_share_them(self):
        server = self.serve_tls('srtp=required')
        self.assertEqual(self._told(server), self._told(server))
        server.stop()

    def _told(self, server):
        with RtspClient(server.port, tls=self.authority.client()) as client:
            return _crypto_lines(client.request('DESCRIBE', server.url()).body)

    def test_new_ones_for_those_who_come_later_and_nobody_sees_a_break(self):
        server = self.serve_tls('srtp=required srtp-key-lifetime=1')
        told = []
        command = players.rtspsrc(secure_url(server), 'udp', _DECODE, _TRUSTING)
        with players.Player(command, self.folder, 'player') as player, self.viewer(server, 'udp') as first:
            self.assertTrue(player.wait_for(_shows_and_sounds, _SECONDS), player.log())

            def are_new():
                lines = self._told(server)
                if lines not in told:
                    told.append(lines)
                return len(told) >= 3

            wait_until(are_new, 30, 'two changes of keys')
            with self.viewer(server, 'udp') as second:
                second.wait_for_more()
                first.wait_for_more()
                self.assertEqual((first.lost, second.lost), (0, 0))
            before = player.pictures.count()
            self.assertTrue(player.wait_for(lambda p: p.pictures.count() > before + 15, _SECONDS), player.log())
        server.stop()

    def test_same_packets_for_all_who_have_them(self):
        """Encrypted once: who has the same keys is sent the same bytes."""
        server = self.serve_tls('srtp=required')
        packets = []
        for _ in range(2):
            client = RtspClient(server.port, tls=self.authority.client())
            self.addCleanup(client.close)
            client.request('DESCRIBE', server.url())
            client.request('SETUP', server.url() + '/stream=0', {'Transport': 'RTP/SAVP/TCP;interleaved=0-1'})
            self.assertEqual(client.request('PLAY', server.url()).status, 200)
            packets.append((client, {}))

        def common():
            for client, seen in packets:
                channel, data = client.read_frame(5)
                if channel == 0:
                    seen[data[2:8]] = data  # number and time
            shared = packets[0][1].keys() & packets[1][1].keys()
            return shared if len(shared) > 20 else None

        for key in wait_until(common, _SECONDS, 'packets that both were sent'):
            self.assertEqual(packets[0][1][key], packets[1][1][key])
        server.stop()


@suite.only_rtspsink
class Doors(SrtpCase):
    def _request(self, server, method, url, headers=None, described=None, tls=True):
        with RtspClient(server.port, tls=self.authority.client() if tls else None) as client:
            if described:
                self.assertEqual(client.request('DESCRIBE', described).status, 200)
            return client.request(method, url, headers or {})

    def test_keys_are_told_over_tls_only(self):
        server = self.serve_tls('srtp=optional')
        plain = self._request(server, 'DESCRIBE', server.url() + '?srtp', tls=False)
        self.assertEqual(plain.status, 200)
        self.assertNotIn(b'SAVP', plain.body)
        self.assertEqual((_crypto_lines(plain.body), _mikey_lines(plain.body)), ([], []))
        secure = self._request(server, 'DESCRIBE', server.url() + '?srtp')
        self.assertEqual(secure.body.count(b'RTP/SAVP'), 2)
        self.assertEqual((len(set(_crypto_lines(secure.body))), len(set(_mikey_lines(secure.body)))), (2, 2))
        server.stop()

    def test_required_refuses_who_does_not_speak_tls(self):
        server = self.serve_tls('srtp=required')
        for method in ('DESCRIBE', 'SETUP'):
            answer = self._request(server, method, server.url(), {'Transport': 'RTP/SAVP/TCP;interleaved=0-1'}, tls=False)
            self.assertEqual((answer.status, answer.body), (403, b''))
        server.stop()

    def test_setup_needs_what_was_described(self):
        server = self.serve_tls('srtp=optional')
        url, wish = server.url(), server.url() + '?srtp'
        udp = 'RTP/{};unicast;client_port=5000-5001'
        tcp = 'RTP/{}/TCP;unicast;interleaved=0-1'
        for described, transport, status in (
            (None, udp.format('SAVP'), 461),
            (None, tcp.format('SAVP'), 461),
            (None, udp.format('AVP'), 461),
            (None, tcp.format('AVP'), 200),
            (url, udp.format('SAVP'), 461),
            (url, udp.format('AVP'), 461),
            (wish, udp.format('SAVP'), 200),
            (wish, udp.format('SAVPF'), 200),
            (wish, tcp.format('SAVP'), 200),
            (wish, udp.format('AVP'), 200),
        ):
            with self.subTest(described=described, transport=transport):
                answer = self._request(server, 'SETUP', url + '/stream=0', {'Transport': transport}, described)
                self.assertEqual(answer.status, status)
                if status == 200:
                    self.assertTrue(answer['Transport'].startswith(transport.split(';')[0]), answer['Transport'])
        server.stop()

    def test_required_never_sends_in_the_clear(self):
        server = self.serve_tls('srtp=required')
        for transport in ('RTP/AVP/TCP;interleaved=0-1', 'RTP/SAVP/TCP;interleaved=0-1'):
            answer = self._request(server, 'SETUP', server.url() + '/stream=0', {'Transport': transport})
            self.assertEqual(answer.status, 461, transport)
        server.stop()

    def test_streams_of_a_session_have_the_same_keys(self):
        server = self.serve_tls('srtp=optional')
        with RtspClient(server.port, tls=self.authority.client()) as client:
            url = server.url()
            client.request('DESCRIBE', url + '?srtp')
            first = client.request('SETUP', url + '/stream=0', {'Transport': 'RTP/SAVP/TCP;interleaved=0-1'})
            self.assertEqual(first.status, 200)
            client.request('DESCRIBE', url)  # tells none
            second = client.request('SETUP', url + '/stream=1', {'Transport': 'RTP/AVP/TCP;interleaved=2-3'})
            self.assertEqual(second.status, 461)
        server.stop()

    def test_key_management_that_cannot_be_read_is_463(self):
        server = self.serve_tls('srtp=required')
        with RtspClient(server.port, tls=self.authority.client()) as client:
            url = server.url()
            client.request('DESCRIBE', url)
            for header in ('', 'prot=mikey', 'prot=mikey;data="AQAF"', 'prot=mikey;data="' + 'A' * 8000 + '"', ';,"'):
                with self.subTest(header=header[:30]):
                    headers = {'Transport': 'RTP/SAVP/TCP;interleaved=0-1', 'KeyMgmt': header}
                    self.assertEqual(client.request('SETUP', url + '/stream=0', headers).status, 463)
            self.assertIsNone(client.session)
            headers = {'Transport': 'RTP/SAVP/TCP;interleaved=0-1'}
            self.assertEqual(client.request('SETUP', url + '/stream=0', headers).status, 200)
        server.stop()

    def test_group_is_sent_with_one_key(self):
        """Who may not have the group's key is refused multicast, and goes on to the next transport."""
        server = self.serve_tls('srtp=optional multicast=true')
        multicast = {'Transport': 'RTP/AVP;multicast'}
        command = players.rtspsrc(secure_url(server, '/test?srtp'), 'udp-mcast', _DECODE, _TRUSTING)
        with players.Player(command, self.folder, 'member') as member:
            self.assertTrue(member.wait_for(_shows_and_sounds, _SECONDS), member.log())
            answer = self._request(server, 'SETUP', server.url() + '/stream=0', multicast, tls=False)
            self.assertEqual(answer.status, 461)
        server.stop()


@suite.only_rtspsink
class Wire(SrtpCase):
    def test_payload_is_not_what_was_sent(self):
        """The same packets, once as they are and once encrypted."""
        server = self.serve_tls('srtp=optional')
        plain, secure = {}, {}
        with RtspClient(server.port) as one, RtspClient(server.port, tls=self.authority.client()) as two:
            for client, wish, profile in ((one, '', 'AVP'), (two, '?srtp', 'SAVP')):
                client.request('DESCRIBE', server.url() + wish)
                transport = {'Transport': f'RTP/{profile}/TCP;interleaved=0-1'}
                client.request('SETUP', server.url() + '/stream=0', transport)
                self.assertEqual(client.request('PLAY', server.url()).status, 200)

            def shared():
                for client, seen in ((one, plain), (two, secure)):
                    channel, data = client.read_frame(5)
                    if channel == 0:
                        seen[data[:12]] = data[12:]
                both = plain.keys() & secure.keys()
                return both if len(both) > 20 else None

            for header in wait_until(shared, _SECONDS, 'the same packets'):
                self.assertEqual(len(secure[header]), len(plain[header]) + _TAG)
                self.assertNotIn(plain[header][:8], secure[header])
        server.stop()


@suite.only_rtspsink
class Reports(SrtpCase):
    def test_receiver_reports_have_to_be_encrypted(self):
        if application.why_not():
            raise unittest.SkipTest(application.why_not())
        line = stream.rtspsink_line(self.presentations, f'service=0 tls-certificate={self.certificate} srtp=required')
        server = Application(self.folder, line.replace("'", ''))
        self.addCleanup(server.process.kill)
        server.play()

        def dropped():
            return int(re.search(r'rtcp-dropped=\(guint64\)(\d+)', server.tell('get sink stats')).group(1))

        command = players.rtspsrc(secure_url(server), 'udp', _DECODE, _TRUSTING)
        with players.Player(command, self.folder, 'player') as player:
            # A receiver's first report comes within 2.5 s (RFC 3550 section 6.2).
            self.assertTrue(player.wait_for(lambda p: p.sound.seconds() > 8, 30), player.log())
            self.assertEqual(dropped(), 0)
        with self.viewer(server, 'udp') as viewer:
            viewer.wait_for_more()
            report = b'\x80\xc9\x00\x01' + b'\x00\x00\x00\x07'
            answer = viewer.tracks[0].setup.transport('server_port')
            viewer.tracks[0].udp.rtcp.sendto(report, ('127.0.0.1', int(answer.split('-')[1])))
            wait_until(lambda: dropped() == 1, 10, 'the report in the clear to be dropped')
        server.stop()


if __name__ == '__main__':
    network.enter()
    suite.main()
