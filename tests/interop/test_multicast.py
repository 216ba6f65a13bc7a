# SPDX-License-Identifier: LGPL-2.1-or-later
"""Multicast: the lines of docs/multicast.md as typed, and what a network sees of viewers that come and go."""

import os
import re
import subprocess

from support import network, pipeline, players, stream, suite
from support.deadline import wait_until, wait_until_still
from support.process import Process
from support.rtsp_client import RtspClient
from support.viewer import Viewer

_DOCUMENT = os.path.join(os.path.dirname(__file__), '..', '..', 'docs', 'multicast.md')
_DECODE = 'src. ! rtph264depay ! h264parse ! avdec_h264 ! queue ! {video}'
_SECONDS = 20  # for a player to prove that it plays
_PORT = 5000
_NO_MEDIA = 2000  # bytes a second that hosts have to say to each other without any


def _served_lines():
    with open(_DOCUMENT, encoding='utf-8') as file:
        return re.findall(r'^gst-launch-1.0 (.* ! rtspsink .*)$', file.read(), re.MULTILINE)


def _shows_bars(player):
    return player.pictures.count() >= 20 and player.pictures.show_bars()


def _setup(server, path, transport='RTP/AVP;multicast', address='127.0.0.1'):
    with RtspClient(server.port, address) as client:
        return client.request('SETUP', server.url(path), {'Transport': transport})


@suite.only_rtspsink
class Documented(suite.Case):
    """Each line serves a group that real players show. All is on the loopback of a namespace."""

    groups = (r'239\.255\.255\.253', r'239\.1\.2\.3', r'232\.1\.1\.1')

    def _play(self, line, group):
        with pipeline.launch(self.folder, stream.split_line(line), _PORT) as server:
            server.wait_ready()
            url = server.url('/stream1')
            answer = _setup(server, '/stream1')
            self.assertEqual(answer.status, 200, answer)
            self.assertRegex(answer.transport('destination'), group)
            for name, command in {
                'rtspsrc': players.rtspsrc(url, 'udp-mcast', _DECODE),
                'ffmpeg': players.ffmpeg(url, 'udp_multicast', ('video',)),
            }.items():
                with self.subTest(player=name, line=line), players.Player(command, self.folder, name) as player:
                    self.assertTrue(player.wait_for(_shows_bars, _SECONDS), player.log())

    def test_lines_of_the_document(self):
        lines = _served_lines()
        self.assertEqual(len(lines), len(self.groups))
        for line, group in zip(lines, self.groups):
            self._play(line, group)

    def test_picture_and_sound(self):
        presentations = (stream.Presentation('/test', (stream.h264(), stream.pcmu())),)
        decode = _DECODE + ' src. ! rtppcmudepay ! mulawdec ! queue ! {audio}'
        with self.serve(presentations, 'multicast=true') as server:
            command = players.rtspsrc(server.url(), 'udp-mcast', decode)
            with players.Player(command, self.folder, 'both') as player:
                self.assertTrue(
                    player.wait_for(lambda p: _shows_bars(p) and p.sound.seconds() > 1 and p.sound.is_tone(440), _SECONDS),
                    player.log(),
                )

    def test_a_relay_takes_it_from_the_group(self):
        presentations = (stream.Presentation('/test', (stream.h264(), stream.pcmu())),)
        with self.serve(presentations, 'multicast=true protocols=udp-mcast') as camera:
            port = pipeline.free_port()
            line = f'rtspproxysrc location={camera.url()} transports=tcp,udp-mcast : rtspsink service={port}'
            with pipeline.launch(self.folder, ['-m', *stream.split_line(line)], port, name='relay') as relay:
                relay.wait_ready()
                wait_until(lambda: re.search(r'playing.*transport=\(string\)udp-mcast', relay.log()), _SECONDS, 'playing')
                with Viewer(relay) as viewer:
                    viewer.wait_for_more(60)
                    self.assertEqual([track.media.encoding for track in viewer.tracks], ['H264', 'PCMU'])
                    self.assertEqual(viewer.lost, 0)

    def test_player_that_is_refused_goes_on_to_the_next_transport(self):
        presentations = (stream.Presentation('/test', (stream.h264(),)),)
        with self.serve(presentations) as server:
            self.assertEqual(_setup(server, '/test').status, 461)
            command = players.rtspsrc(server.url(), 'udp-mcast+tcp', _DECODE)
            with players.Player(command, self.folder, 'fallback') as player:
                self.assertTrue(player.wait_for(_shows_bars, _SECONDS), player.log())

    def test_no_route_is_461_and_the_log_says_what_to_set(self):
        presentations = (stream.Presentation('/test', (stream.h264(),)),)
        network.route_multicast(False)
        self.addCleanup(network.route_multicast, True)
        with self.serve(presentations, 'multicast=true', debug='rtspcore:3') as server:
            self.assertEqual(_setup(server, '/test').status, 461)
            wait_until(lambda: 'set multicast-iface' in server.log(), _SECONDS, 'a warning')
        with self.serve(presentations, 'multicast=true multicast-iface=lo') as server:
            self.assertEqual(_setup(server, '/test').status, 200)

    def test_protocols_limits_what_is_offered(self):
        presentations = (stream.Presentation('/test', (stream.h264(),)),)
        offers = {
            'tcp': 'RTP/AVP/TCP;unicast;interleaved=0-1',
            'udp': 'RTP/AVP;unicast;client_port=5000-5001',
            'udp-mcast': 'RTP/AVP;multicast',
        }
        for chosen in offers:
            with self.serve(presentations, f'multicast=true protocols={chosen}') as server:
                for name, offer in offers.items():
                    answer = _setup(server, '/test', offer)
                    self.assertEqual(answer.status, 200 if name == chosen else 461, (chosen, name))

    def test_lone_multicast_is_played_by_its_description(self):
        presentations = (stream.Presentation('/test', (stream.h264(),)),)
        with self.serve(presentations, 'multicast=true protocols=udp-mcast') as server:
            for name, command in {
                'rtspsrc': players.rtspsrc(server.url(), 'tcp+udp+udp-mcast', _DECODE),
                'ffmpeg': players.ffmpeg(server.url(), 'udp_multicast', ('video',)),
            }.items():
                with self.subTest(player=name), players.Player(command, self.folder, name) as player:
                    self.assertTrue(player.wait_for(_shows_bars, _SECONDS), player.log())


@suite.only_rtspsink
class ThreeHosts(suite.Case):
    """A server and three viewers, each in a namespace of its own, on one bridge."""

    group = '239.255.0.1'

    def setUp(self):
        self._bridge = network.Bridge(4)
        self.addCleanup(self._bridge.__exit__)
        self.serving, *self.watching = self._bridge.hosts

    def _serve(self, group, address):
        port = 8554
        line = stream.rtspsink_line(
            (stream.Presentation('/test', (stream.h264(),)),),
            f'service={port} multicast=true multicast-ip-min={group} multicast-ip-max={group}',
        )
        command = [*self.serving.prefix, 'gst-launch-1.0', *stream.split_line(line)]
        process = Process(command, self.folder, 'server', env=pipeline.plugin_environment())
        return pipeline.Server(process, port, address)

    def _watch(self, host, server):
        command = players.rtspsrc(server.url(), 'udp-mcast', _DECODE)
        return players.Player(lambda *where: [*host.prefix, *command(*where)], self.folder, host.name)

    def _sent(self):
        return self.serving.bytes('tx')

    def test_bytes_leave_once_and_stop_with_the_last_viewer(self):
        with self._serve(self.group, self.serving.address) as server:
            wait_until(lambda: self._answers(server), _SECONDS, 'the server answering')
            self.assertEqual(self.serving.groups() & {self.group}, set())
            viewers = [self._watch(host, server) for host in self.watching]
            for viewer in viewers:
                self.addCleanup(viewer.kill)
                self.assertTrue(viewer.wait_for(_shows_bars, _SECONDS), viewer.log())
            for host in self.watching:
                self.assertIn(self.group, host.groups())
            self._check_bytes()
            self._check_leaving(viewers)

    def test_ipv6_group(self):
        with self._serve('ff15::77', self.serving.address6) as server:
            wait_until(lambda: self._answers(server), _SECONDS, 'the server answering')
            viewer = self._watch(self.watching[0], server)
            self.addCleanup(viewer.kill)
            self.assertTrue(viewer.wait_for(_shows_bars, _SECONDS), viewer.log())

    def _answers(self, server):
        """The bridge's own namespace has no address, so the first viewer asks."""
        self.assertTrue(server.process.running(), server.log())
        probe = subprocess.run(
            [*self.watching[0].prefix, 'curl', '-s', '-i', '--max-time', '2', server.url()],
            capture_output=True,
            text=True,
            check=False,
        )
        return 'RTSP/1.0 200' in probe.stdout

    def _check_bytes(self):
        """What leaves in a while is what each viewer gets in it, not three times as much."""
        began = {host.name: host.bytes('rx') for host in self.watching}
        sent = self.serving.bytes('tx')
        wait_until(lambda: self.serving.bytes('tx') - sent > 150_000, _SECONDS, 'media')
        sent = self.serving.bytes('tx') - sent
        for host in self.watching:
            got = host.bytes('rx') - began[host.name]
            self.assertGreater(got, 0.8 * sent)
            self.assertLess(got, 1.2 * sent)

    def _check_leaving(self, viewers):
        for number, (viewer, host) in enumerate(zip(viewers, self.watching)):
            before = self._sent()
            wait_until(lambda: self._sent() - before > 10 * _NO_MEDIA, _SECONDS, f'media for {len(viewers) - number} viewers')
            viewer.stop()
            wait_until(lambda host=host: self.group not in host.groups(), _SECONDS, f'{host.name} leaving the group')
        wait_until_still(self._sent, 1, _SECONDS, 'silence after the last viewer', _NO_MEDIA)
        self.assertNotIn(self.group, self.serving.groups())


if __name__ == '__main__':
    network.enter()
    suite.main()
