# SPDX-License-Identifier: LGPL-2.1-or-later
"""rtspproxysrc and servers that do what no server should: each is named, with what to do about it, and tried again in
bounded time, and the pipeline plays on."""

import base64
import re
import time

from support import fake_camera, pipeline, stream, suite
from support.deadline import wait_until
from support.fake_camera import FakeCamera, Silence
from support.process import Process
from support.rtsp_client import RtspClient
from support.viewer import Viewer

_PROPERTIES = 'transports=tcp backoff-max=200 latency=0'
_TIMEOUT = 500  # milliseconds
_UNHURRIED = 10_000  # where nothing is to fail, however busy the machine
# The shortest wait after a failure is 50 ms, so that there are far fewer attempts than in a storm.
_MOST_ATTEMPTS_A_SECOND = 22
_MOST_REDIRECTIONS = 12


class Garbage(FakeCamera):
    def options(self, head):
        return b'\x00\xff\x17 not RTSP at all\r\n\r\n' * 20


class GarbageDescription(FakeCamera):
    sdp = 'v=0\r\nm=\r\n\x01\x02m=video x RTP/AVP\r\na=rtpmap:\r\n'


class NoDescription(FakeCamera):
    def describe(self, head):
        return self.reply(head, '200 OK')


class OtherDescription(FakeCamera):
    def describe(self, head):
        return self.reply(head, '200 OK', 'Content-Type: text/html\r\n', '<html></html>')


class NoStream(FakeCamera):
    sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=fake\r\nt=0 0\r\n'


class Unauthorized(FakeCamera):
    def describe(self, head):
        return self.reply(head, '401 Unauthorized', 'WWW-Authenticate: Digest realm="fake", nonce="1"\r\n')


class NotFound(FakeCamera):
    def describe(self, head):
        return self.reply(head, '404 Not Found')


class RedirectLoop(FakeCamera):
    def describe(self, head):
        return self.reply(head, '302 Moved', f'Location: {self.url}\r\n')


class Basic(FakeCamera):
    """Lets in who has no password."""

    def describe(self, head):
        if 'Authorization: Basic ' + base64.b64encode(b'user:').decode() in head:
            return super().describe(head)
        return self.reply(head, '401 Unauthorized', 'WWW-Authenticate: Basic realm="fake"\r\n')


class Moved(FakeCamera):
    """Is somewhere else now."""

    target = None

    def describe(self, head):
        return self.reply(head, '302 Moved', f'Location: {self.target.url}\r\n')


class NoTransport(FakeCamera):
    def setup(self, head):
        return self.reply(head, '461 Unsupported Transport')


class SilentOptions(FakeCamera):
    def options(self, head):
        raise Silence


class SilentAfterPlay(FakeCamera):
    """As of a half-open connection: nothing more comes, and nothing ends."""

    def packets(self):
        yield 0, 0
        raise Silence


class NoKeyFrames(FakeCamera):
    sdp = fake_camera.PICTURE
    payload_type = 96 | 0x80
    payload = b'\x41\x9a' + b'\x00' * 100
    ticks = 1800


class Measured(FakeCamera):
    """Tells how long the machine kept it waiting."""

    longest_pause = 0  # seconds between two packets

    def packets(self):
        last = time.monotonic()
        for packet in super().packets():
            now = time.monotonic()
            self.longest_pause, last = max(self.longest_pause, now - last), now
            yield packet


class ClockJumps(Measured):
    """Each half second the clock is set, to times before and after."""

    def packets(self):
        for number, (sequence, rtp_time) in enumerate(super().packets()):
            yield sequence, (rtp_time + (number // 25) * 0x4FFFFFFF) & 0xFFFFFFFF


class OtherSsrc(Measured):
    """Each 100 packets the stream begins anew, from another source and with other numbers."""

    def packets(self):
        for number, (sequence, rtp_time) in enumerate(super().packets()):
            self.ssrc = 0x1234 + number // 100
            yield (sequence + number // 100 * 1000) & 0xFFFF, (rtp_time + number // 100 * 1000000) & 0xFFFFFFFF


class OtherCodec(FakeCamera):
    """Each connection has another codec, and ends soon."""

    def describe(self, head):
        self.payload_type = 8 * (self.connections % 2)
        self.sdp = fake_camera.OTHER_SOUND if self.payload_type else fake_camera.SOUND
        return super().describe(head)

    def packets(self):
        for number, packet in enumerate(super().packets()):
            if number == 25:
                raise OSError('that was all')
            yield packet


class Lossy(FakeCamera):
    """Leaves out each tenth packet, and sends one of them late; ends, is not there twice, and comes again."""

    length = 80
    late = 49

    def describe(self, head):
        if self.connections in (2, 3):
            return self.reply(head, '404 Not Found')
        return super().describe(head)

    def packets(self):
        left_out = None
        for number, packet in enumerate(super().packets()):
            if number == self.length:
                raise OSError('that was all')
            if number == self.late:
                left_out = packet
            if number % 10 == 9:
                yield None
            elif number == self.late + 16:
                yield left_out
            else:
                yield packet


# What is to be told, and a word of what to do about it.
_REASONS = (
    (Garbage, 'unreachable', "'location'"),
    (GarbageDescription, 'bad-description', "'location'"),
    (NoDescription, 'bad-description', "'location'"),
    (OtherDescription, 'bad-description', "'location'"),
    (NoStream, 'bad-description', "'location'"),
    (Unauthorized, 'unauthorized', "'user-pw'"),
    (NotFound, 'not-found', 'path'),
    (RedirectLoop, 'refused', "'location'"),
    (NoTransport, 'refused', "'transports'"),
    (SilentOptions, 'unreachable', "'location'"),
    (SilentAfterPlay, 'no-data', "'timeout'"),
)


class BadUpstream(suite.Case):
    def setUp(self):
        self._started = 0

    def _start(self, location, behind='! fakesink sync=false', timeout=_TIMEOUT):
        line = f'-m rtspproxysrc name=proxy location={location} {_PROPERTIES} timeout={timeout} {behind}'
        self._started += 1
        process = Process(['gst-launch-1.0', *stream.split_line(line)], self.folder, f'{self.id()}{self._started}',
                          env=pipeline.plugin_environment())  # fmt: skip
        self.addCleanup(process.kill)
        return process

    def _wait_for(self, process, field, value):
        """The message that tells it."""
        pattern = re.compile(rf'rtspproxysrc, .*{field}=\([A-Za-z]+\)(?:{value}),.*')
        found = wait_until(lambda: pattern.search(process.output()), 15, f'{field}={value}')
        return found.group(0).replace('\\', '')

    def _check_plays_on(self, process):
        self.assertTrue(process.running(), process.errors())
        said = process.output()
        for word in ('ERROR', 'eos', 'state-changed: PLAYING;PAUSED'):
            self.assertNotIn(word, said)
        process.stop()
        self.assertEqual(process.broken_lines(), [])

    def test_what_is_wrong_is_named_and_tried_again_in_bounded_time(self):
        for kind, reason, advice in _REASONS:
            with self.subTest(kind.__name__):
                camera = kind()
                self.addCleanup(camera.close)
                begin = time.monotonic()
                process = self._start(camera.url)
                message = self._wait_for(process, 'reason', reason)
                self.assertRegex(message, advice)
                if kind is not Unauthorized:  # which waits longer
                    wait_until(lambda: camera.connections >= 2, 10, 'the next attempt')
                took = time.monotonic() - begin
                connections = _MOST_REDIRECTIONS if kind is RedirectLoop else 1  # of an attempt
                self.assertLess(camera.connections, connections * (3 + _MOST_ATTEMPTS_A_SECOND * took), 'attempts')
                self._check_plays_on(process)

    def test_who_is_not_there_is_named(self):
        for location in ('rtsp://no-such-host.invalid/fake', f'rtsp://127.0.0.1:{pipeline.free_port()}/fake'):
            with self.subTest(location):
                process = self._start(location)
                self.assertIn("'location'", self._wait_for(process, 'reason', 'unreachable'))
                self._check_plays_on(process)

    def test_odd_streams_play(self):
        for kind in (NoKeyFrames, ClockJumps):
            with self.subTest(kind.__name__):
                camera = kind()
                self.addCleanup(camera.close)
                process = self._start(camera.url, '! fakesink name=out num-buffers=-1 silent=false sync=false -v', timeout=_UNHURRIED)
                self._wait_for(process, 'state', 'playing')
                wait_until(lambda: len(re.findall('chain  ', process.output())) >= 100, 15, '100 packets')
                self._check_plays_on(process)
                self.assertEqual(camera.connections, 1)
                if kind is ClockJumps:
                    self._check_running_times(process, camera)

    def _check_running_times(self, process, camera):
        found = re.findall(r'chain  .*?pts: (\d+):(\d+):([\d.]+)', process.output())
        times = [int(hours) * 3600 + int(minutes) * 60 + float(seconds) for hours, minutes, seconds in found]
        steps = [after - before for before, after in zip(times, times[1:])]
        self.assertGreaterEqual(len(steps), 99)
        self.assertGreater(min(steps), -0.05, steps)
        self.assertLess(max(steps), 0.2 + camera.longest_pause, steps)

    def test_credentials_go_along_where_it_is_sent_to(self):
        camera, former = Basic(), Moved()
        former.target = camera
        for each in (camera, former):
            self.addCleanup(each.close)
        process = self._start(former.url.replace('//', '//user:@'), timeout=_UNHURRIED)
        self._wait_for(process, 'state', 'playing')
        self._check_plays_on(process)
        self.assertEqual((former.connections, camera.connections), (1, 1))

    def test_another_source_within_a_connection_is_the_same_stream(self):
        camera = OtherSsrc()
        self.addCleanup(camera.close)
        port = pipeline.free_port()
        process = self._start(camera.url, f'! rtspsink service={port} address=127.0.0.1', timeout=_UNHURRIED)
        server = pipeline.Server(process, port, strict=False).wait_ready()
        self._wait_for(process, 'state', 'playing')
        with Viewer(server) as viewer:
            viewer.wait_for_more(150)
            self.assertEqual(viewer.lost, 0)
            self.assertLess(viewer.tracks[0].largest_gap, 0.5 + camera.longest_pause)
        self.assertEqual(camera.connections, 1)
        self._check_plays_on(process)

    def test_loss_and_what_came_of_attempts_is_told(self):
        camera = Lossy()
        self.addCleanup(camera.close)
        process = self._start(camera.url)
        lost = self._numbers(self._wait_for(process, 'state', 'waiting'))
        # The last one that is left out is not missed; the one whose place another took, late, is.
        left_out = Lossy.length // 10
        in_time = Lossy.length - left_out - 1
        self.assertEqual((lost['packets'], lost['packets-lost'], lost['packets-late']), (in_time, left_out, 1), lost)
        self.assertGreater(lost['jitter'], 0)
        self.assertLess(lost['jitter'], 1_000_000_000)
        self.assertEqual((lost['attempts'], lost['reconnects']), (1, 0))
        self.assertGreaterEqual(lost['wait'], 50_000_000)
        again = self._numbers(self._wait_for(process, 'reconnects', '1'))
        self.assertEqual(again['attempts'], 0)
        self.assertEqual([n['attempts'] for n in map(self._numbers, self._waits(process))][:3], [1, 2, 3])
        self._check_plays_on(process)

    def _waits(self, process):
        return re.findall(r'rtspproxysrc, .*waiting,.*', process.output())

    def _numbers(self, message):
        return {name: int(value) for name, value in re.findall(r'([a-z-]+)=\(\w+\)(\d+)', message)}

    def test_another_codec_is_another_generation(self):
        camera = OtherCodec()
        self.addCleanup(camera.close)
        port = pipeline.free_port()
        process = self._start(camera.url, f'! rtspsink service={port} address=127.0.0.1')
        server = pipeline.Server(process, port, strict=False).wait_ready()
        for encoding in ('PCMU', 'PCMA', 'PCMU'):
            wait_until(lambda: encoding in self._description(server), 15, encoding, interval=0.05)
        self._check_plays_on(process)

    def _description(self, server):
        with RtspClient(server.port) as client:
            return client.request('DESCRIBE', server.url()).body.decode()


if __name__ == '__main__':
    suite.main()
