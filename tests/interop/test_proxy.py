# SPDX-License-Identifier: LGPL-2.1-or-later
"""rtspproxysrc before rtspsink: cameras that die and come back, under viewers that stay."""

import os
import re
import signal
import subprocess
import sys
import time

from support import pipeline, players, stream, suite
from support.certificates import Authority
from support.deadline import spend, wait_until
from support.process import Process, descriptors, resident_kilobytes, threads
from support.rtp_packet import media_time, sender_report
from support.viewer import Viewer

# Each restart takes two seconds; 50 of them are the promise, which a few show as well.
_RESTARTS = int(os.environ.get('PROXY_RESTARTS', '4'))
_SETTLED = 2  # restarts, after which nothing more is needed
_ROOM = 3  # of descriptors and threads that come and go
_ROOM_KILOBYTES = 2000
_GOP = 1.0
_BACK_WITHIN = 1.0  # seconds, and a group of pictures


class Encoder:
    """ffmpeg, which sends picture and sound to ports of this machine; it lives as long as its camera's case."""

    def __init__(self, folder):
        video, audio = pipeline.free_port(), pipeline.free_port()
        words = 'ffmpeg -nostdin -loglevel error -re -f lavfi -i testsrc=size=160x120:rate=15 -re -f lavfi -i sine=440'
        words += ' -map 0 -c:v libx264 -pix_fmt yuv420p -preset ultrafast -tune zerolatency -g 7'
        words += f' -f rtp rtp://127.0.0.1:{video} -map 1 -c:a pcm_mulaw -ar 8000 -ac 1 -f rtp rtp://127.0.0.1:{audio}'
        self._process = Process(words.split(), folder, 'ffmpeg')
        caps = 'application/x-rtp,media={},encoding-name={},clock-rate={},payload={}'
        self.receiver = (
            f'( udpsrc address=127.0.0.1 port={video} caps="{caps.format("video", "H264", 90000, 96)}"'
            ' ! rtph264depay ! h264parse config-interval=-1 ! rtph264pay name=pay0'
            f' udpsrc address=127.0.0.1 port={audio} caps="{caps.format("audio", "PCMU", 8000, 0)}"'
            ' ! rtppcmudepay ! rtppcmupay name=pay1 )'
        )

    def close(self):
        self._process.kill()


class Camera:
    """Always on the same port, like one."""

    def __init__(self, folder, kind='rtspsink', properties=''):
        self._folder = folder
        self._kind = kind
        self._properties = properties
        self.port = pipeline.free_port()
        self.url = f'rtsp://127.0.0.1:{self.port}/test'
        self._presentations = [stream.Presentation('/test', (stream.h264(fps=15, gop=15), stream.pcmu()))]
        self._process = self._encoder = None

    def on(self):
        """Comes back when it answers."""
        if self._kind == 'rtspsink':
            line = stream.rtspsink_line(self._presentations, f'service={self.port} {self._properties}')
            words = ['gst-launch-1.0', *stream.split_line(line)]
        else:
            here = os.path.dirname(os.path.abspath(pipeline.__file__))
            words = [sys.executable, os.path.join(here, 'rival.py'), '--shared', self.port, *self._rival_media()]
        self._process = Process(words, self._folder, f'camera{self.port}', env=pipeline.plugin_environment())
        return pipeline.Server(self._process, self.port, strict=False).wait_ready()

    def _rival_media(self):
        if self._kind == 'rival':
            return stream.rival_arguments(self._presentations)
        if not self._encoder:
            self._encoder = Encoder(self._folder)
        return ['/test', self._encoder.receiver]

    def off(self):
        """As by pulling its plug."""
        self._process.kill()

    def stand_still(self, still):
        """It is there, and neither sends nor answers."""
        os.kill(self._process.pid, signal.SIGSTOP if still else signal.SIGCONT)

    def close(self):
        self.off()
        if self._encoder:
            self._encoder.close()


def relay(folder, location, properties='', name='relay'):
    port = pipeline.free_port()
    line = f'rtspproxysrc name=proxy location={location} {properties} : rtspsink service={port} address=127.0.0.1'
    return pipeline.launch(folder, ['-m', *stream.split_line(line)], port, name=name).wait_ready()


def holdings(pid):
    """Descriptors, threads, kilobytes of a process."""
    return descriptors(pid), threads(pid), resident_kilobytes(pid)


def wait_served(proxy):
    """Until it has heard from its camera what there is."""

    def is_served():
        viewer = Viewer(proxy)
        try:
            return viewer.client.request('DESCRIBE', viewer.url, {'Accept': 'application/sdp'}).status == 200
        finally:
            viewer.client.close()

    wait_until(is_served, 10, 'description of the relay')


@suite.only_rtspsink
class Restarts(suite.Case):
    def _start(self, kind='rtspsink', properties=''):
        camera = Camera(self.folder, kind)
        camera.on()
        self.addCleanup(camera.close)
        proxy = relay(self.folder, camera.url, properties)
        self.addCleanup(proxy.process.kill)
        return camera, proxy

    def _watch(self, proxy):
        wait_served(proxy)
        viewers = [Viewer(proxy, transport=transport, user_agent=transport).start() for transport in ('tcp', 'udp')]
        for viewer in viewers:
            self.addCleanup(viewer.stop)
            viewer.wait_for_more()
        return viewers

    def _restart(self, camera, viewers):
        """Seconds from the camera's return to the last viewer's next picture."""
        camera.off()
        spend(0.5)  # so long it is away
        camera.on()
        begin = time.monotonic()
        goals = [[track.packets + 5 for track in viewer.tracks] for viewer in viewers]
        wait_until(
            lambda: all(
                track.packets >= goal
                for viewer, goals_of in zip(viewers, goals)
                for track, goal in zip(viewer.tracks, goals_of)
            ),
            20,
            'pictures and sound again',
        )
        return time.monotonic() - begin

    def _check(self, proxy, viewers):
        for viewer in viewers:
            self.assertFalse(viewer.closed, 'viewer was closed')
            for track in viewer.tracks:
                self.assertEqual(track.lost, 0, f'{track.media.encoding}: holes in the numbering')
        self.assertTrue(proxy.process.running())
        said = proxy.log()
        for word in ('ERROR', 'EOS', 'state-changed: PLAYING;PAUSED'):
            self.assertNotIn(word, said)

    def _check_keeps(self, before, now):
        """That nothing of the upstreams that went is left: descriptors, threads, memory."""
        self.assertLessEqual(now[0], before[0] + _ROOM, (before, now))
        self.assertLessEqual(now[1], before[1] + _ROOM, (before, now))
        self.assertLess(now[2], before[2] + _ROOM_KILOBYTES, (before, now))

    def test_viewers_stay_when_the_camera_restarts(self):
        for kind in ('rtspsink', 'rival', 'ffmpeg and rival'):
            with self.subTest(camera=kind):
                if 'rival' in kind and pipeline.why_no_rival():
                    self.skipTest(pipeline.why_no_rival())
                if 'ffmpeg' in kind and players.missing('ffmpeg'):
                    self.skipTest('ffmpeg is not installed')
                camera, proxy = self._start(kind)
                viewers = self._watch(proxy)
                times, keeps = [], []
                for _ in range(_RESTARTS):
                    times.append(self._restart(camera, viewers))
                    keeps.append(holdings(proxy.pid))
                self._check_keeps(keeps[_SETTLED - 1], keeps[-1])
                self.assertLess(max(times), _BACK_WITHIN + _GOP, times)
                self._check(proxy, viewers)
                for viewer in viewers:
                    viewer.stop()
                proxy.stop()
                camera.off()

    def test_a_relay_that_is_first_waits_for_its_camera(self):
        camera = Camera(self.folder)
        proxy = relay(self.folder, camera.url)
        self.addCleanup(proxy.process.kill)
        camera.on()
        self.addCleanup(camera.off)
        self._check(proxy, self._watch(proxy))


@suite.only_rtspsink
class Failover(suite.Case):
    def _wait_for(self, proxy, camera, seconds):
        """Until the relay says last that it plays this camera."""

        def plays():
            states = re.findall(r'SrcState\)(\w+),.*?location=\(string\)(\S+?),', proxy.log())
            return states and states[-1] == ('playing', camera.url)

        wait_until(plays, seconds, f'{camera.url} playing')

    def test_the_second_serves_within_timeout_and_a_second_and_the_first_after_the_hold_down(self):
        cameras = [Camera(self.folder), Camera(self.folder)]
        for camera in cameras:
            camera.on()
            self.addCleanup(camera.close)
        timeout, hold_down = 1.0, 0.5
        properties = f'timeout={timeout * 1000:.0f} hold-down={hold_down * 1000:.0f}'
        port = pipeline.free_port()
        line = f'rtspproxysrc locations={cameras[0].url},{cameras[1].url} {properties} : rtspsink service={port}'
        proxy = pipeline.launch(self.folder, ['-m', *stream.split_line(line)], port, name='relay').wait_ready()
        self.addCleanup(proxy.process.kill)
        wait_served(proxy)
        with Viewer(proxy) as viewer:
            viewer.wait_for_more()
            self._wait_for(proxy, cameras[0], 10)
            cameras[0].stand_still(True)
            begin = time.monotonic()
            self._wait_for(proxy, cameras[1], 10)
            self.assertLess(time.monotonic() - begin, timeout + 1)
            viewer.wait_for_more()
            cameras[0].stand_still(False)
            self._wait_for(proxy, cameras[0], 10)
            viewer.wait_for_more()
            self.assertEqual([track.lost for track in viewer.tracks], [0, 0])
        proxy.stop()


@suite.only_rtspsink
class Passing(suite.Case):
    def test_no_packet_is_renumbered_on_its_way(self):
        """The same sequence numbers, times and SSRC before and after three relays."""
        camera = Camera(self.folder)
        last = camera.on()
        self.addCleanup(camera.off)
        location, servers = camera.url, [last]
        for number in range(3):
            servers.append(relay(self.folder, location, name=f'relay{number}'))
            self.addCleanup(servers[-1].process.kill)
            location = servers[-1].url()
        wait_served(servers[-1])
        with Viewer(servers[0]) as near, Viewer(servers[-1]) as far:
            near.wait_for_more()
            far.wait_for_more()
            for before, after in zip(near.tracks, far.tracks):
                seen = {}

                def same():
                    for track in (before, after):
                        seen[(track is after, track.last.sequence)] = (track.last.ssrc, track.last.timestamp)
                    common = [number for far_end, number in seen if far_end and (False, number) in seen]
                    return common[:1] if common else None

                number = wait_until(same, 10, 'a packet on both ends', interval=0.002)[0]
                self.assertEqual(seen[(True, number)], seen[(False, number)], before.media.encoding)


@suite.only_rtspsink
class CaptureTime(suite.Case):
    """What the last of three relays says about the time of capture is what the camera says."""

    def setUp(self):
        # The camera holds its pictures for a while, so that the time of arrival is something else.
        delayed = 'queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 min-threshold-time=300000000'
        video = stream.h264()
        sound = stream.pcmu()
        self._streams = (
            stream.Stream(f'{video.chain} ! {delayed}', video.caps, ''),
            stream.Stream(f'{sound.chain} ! {delayed}', sound.caps, ''),
        )

    def _reports(self, server):
        """{encoding: (report, clock rate)} of a new viewer."""
        viewer = Viewer(server)
        try:
            viewer.describe()
            viewer.set_up().play()
            reports = {}
            while len(reports) < len(viewer.tracks):
                channel, data = viewer.client.read_frame(10)
                for track in viewer.tracks:
                    if channel == track.channels[1]:
                        reports[track.media.encoding] = (sender_report(data), track.media.clock_rate)
            return reports
        finally:
            viewer.stop()

    def _errors(self, camera, last):
        """Seconds by which the last relay is wrong, by encoding."""
        there, here = self._reports(camera), self._reports(last)
        return {
            encoding: media_time(report, there[encoding][0].rtp_time, rate) - there[encoding][0].ntp
            for encoding, (report, rate) in here.items()
        }

    def test_the_time_of_capture_passes_three_relays(self):
        camera = self.serve([stream.Presentation('/test', self._streams)])
        self.addCleanup(camera.process.kill)
        location, last = camera.url(), None
        for number in range(3):
            last = relay(self.folder, location, name=f'relay{number}')
            self.addCleanup(last.process.kill)
            location = last.url()
        wait_served(last)

        errors = {}

        def is_true():
            errors.update(self._errors(camera, last))
            return all(abs(error) < 0.001 for error in errors.values())

        try:
            wait_until(is_true, 15, 'capture times', interval=0.5)
        except AssertionError:
            self.fail(f'capture times are wrong by {errors}')


@suite.only_rtspsink
class Encryption(suite.Case):
    """A camera with rtsps:, whose certificate an authority of its own signed."""

    def setUp(self):
        authority = Authority(self.folder)
        certificate = authority.issue('camera')
        self._authority = authority.path
        self._fingerprint = _fingerprint(certificate)
        self._camera = self.serve(
            [stream.Presentation('/test', (stream.pcmu(),))], f'tls=required tls-certificate={certificate}'
        )
        self.addCleanup(self._camera.process.kill)

    def _comes_to(self, properties):
        """What a relay says first that is decided."""
        location = self._camera.url().replace('rtsp://', 'rtsps://u:secret@')
        proxy = relay(self.folder, location, properties, name='relay')
        try:
            decision = wait_until(lambda: _decision(proxy.log()), 10, 'decision')
            self.assertNotIn('secret', proxy.log())
            return decision
        finally:
            proxy.process.kill()

    def test_certificates_are_checked_as_told(self):
        wrong = ('00' if self._fingerprint[:2] != '00' else '11') + self._fingerprint[2:]
        for properties, expected in (
            ('', 'untrusted'),
            (f'tls-ca={self._authority}', 'playing'),
            (f'tls-fingerprint={self._fingerprint}', 'playing'),
            (f'tls-fingerprint={wrong}', 'untrusted'),
            (f'tls-ca={self._authority} tls-fingerprint={wrong}', 'untrusted'),
            ('tls-validation-flags=0', 'playing'),
        ):
            with self.subTest(properties=properties):
                self.assertEqual(self._comes_to(properties), expected)


@suite.only_rtspsink
class Passages(suite.Case):
    """Cameras that are reached in other ways: a viewer of the relay sees the same."""

    def _check(self, properties, location, relay_properties):
        camera = self.serve([stream.Presentation('/test', (stream.h264(fps=15, gop=15), stream.pcmu()))], properties)
        self.addCleanup(camera.process.kill)
        proxy = relay(self.folder, location(camera), relay_properties)
        self.addCleanup(proxy.process.kill)
        wait_served(proxy)
        with Viewer(proxy) as viewer:
            viewer.wait_for_more(60)
            self.assertEqual([track.media.encoding for track in viewer.tracks], ['H264', 'PCMU'])
            self.assertTrue(all(track.packets > 0 for track in viewer.tracks))
            self.assertEqual(viewer.lost, 0)
        return proxy.log()

    def test_http_tunnel(self):
        said = self._check('', lambda camera: camera.url(), 'transports=http')
        self.assertRegex(said, r'playing.*transport=\(string\)http')

    def test_the_transport_that_worked_is_asked_for_first(self):
        camera = Camera(self.folder, properties='protocols=udp')
        camera.on()
        self.addCleanup(camera.close)
        proxy = relay(self.folder, camera.url)
        self.addCleanup(proxy.process.kill)

        def steps():
            return re.findall(r'SrcState\)(connecting|playing),.*?transport=\(string\)([a-z-]+)', proxy.log())

        wait_until(lambda: ('playing', 'udp') in steps(), 10, 'playing')
        self.assertEqual(steps(), [('connecting', 'tcp'), ('connecting', 'udp'), ('playing', 'udp')])
        camera.off()
        camera.on()
        wait_until(lambda: steps()[-1][0] == 'playing' and len(steps()) > 3, 10, 'playing again')
        self.assertEqual({transport for _, transport in steps()[3:]}, {'udp'}, steps())

    def test_srtp_over_tls(self):
        authority = Authority(self.folder)
        certificate = authority.issue('camera')
        for transport in ('tcp', 'udp'):
            with self.subTest(transport):
                self._check(
                    f'tls=required srtp=required tls-certificate={certificate}',
                    lambda camera: camera.url().replace('rtsp:', 'rtsps:'),
                    f'tls-ca={authority.path} transports={transport}',
                )


def _fingerprint(certificate):
    words = ['openssl', 'x509', '-in', certificate, '-noout', '-fingerprint', '-sha256']
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip().split('=')[1]


def _decision(log):
    found = re.search(r'SrcState\)playing|SrcState\)waiting, reason=\(GstRtspProxySrcReason\)([a-z-]+)', log)
    return found and (found[1] or 'playing')


if __name__ == '__main__':
    suite.main()
