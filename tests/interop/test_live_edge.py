# SPDX-License-Identifier: LGPL-2.1-or-later
"""A viewer starts at once, and is not late for it: half a second after its first picture it sees what is live."""

import statistics
import time

from support import application, players, sdp, suite
from support.application import Application
from support.deadline import spend, wait_until
from support.ffmpeg import EACH_PICTURE
from support.rtp_packet import RtpPacket
from support.rtsp_client import RtspClient
from support.timed_pictures import TimedPictures
from support.viewer import Viewer

_LINE = (
    'rtspsink name=sink service=0 address=127.0.0.1 {properties}'
    ' appsrc name=pictures ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max={gop} bitrate=1000'
    ' ! video/x-h264,mapping=/test ! sink.'
)
_RATE = 25  # pictures a second
_FRAMES = 2  # behind the live edge, at most
# Seconds to a first picture that is there already, in the median: 1 ms, also with six busy processes on two cores.
_AT_ONCE = 0.1


def _ffmpeg(url, transport):
    return [
        'ffmpeg',
        '-nostdin',
        '-loglevel',
        'error',
        '-rtsp_transport',
        transport,
        '-flags',
        'low_delay',
        '-i',
        url,
        '-map',
        '0:v:0',
        '-pix_fmt',
        'gray',
        *EACH_PICTURE,
        '-flush_packets',
        '1',
        '-f',
        'rawvideo',
        'pipe:1',
    ]


def _rtspsrc(url, transport, latency, sync):
    return [
        'gst-launch-1.0',
        '-q',
        *(
            f'rtspsrc location={url} protocols={transport} latency={latency} ! rtph264depay ! h264parse ! avdec_h264 max-threads=1'
            f' ! videoconvert ! video/x-raw,format=GRAY8 ! fdsink fd=1 sync={sync}'
        ).split(),
    ]


@suite.only_rtspsink
class LiveEdge(suite.Case):
    def setUp(self):
        if players.missing('ffmpeg', 'gst-launch-1.0') or application.why_not():
            self.skipTest(application.why_not() or 'ffmpeg or gst-launch-1.0 is not installed')

    def _serve(self, gop, properties=''):
        server = Application(self.folder, _LINE.format(gop=gop, properties=properties))
        self.addCleanup(server.process.kill)
        return server.play()

    def _lateness(self, command):
        with TimedPictures(command) as viewer:
            viewer.watch(1.5)
            late = viewer.lateness()
            print(
                f'{command[0]}: first picture {1000 * viewer.first_after():.0f} ms after its start, then {late:.2f} frames late'
            )
            self.assertLessEqual(viewer.jumps(), 1, 'pictures missing')
            return late

    def _players(self, url, transport):
        return {
            'ffmpeg': _ffmpeg(url, transport),
            'rtspsrc': _rtspsrc(url, transport, 0, 'false'),
            'rtspsrc with a jitter buffer': _rtspsrc(url, transport, 200, 'true'),
        }

    _measured = None

    def _own_delays(self):
        """What players keep back of a stream that begins live: ffmpeg's parser and filters, rtspsrc's jitter buffer."""
        if not LiveEdge._measured:
            LiveEdge._measured = self._measure_own_delays()
        return LiveEdge._measured

    def _measure_own_delays(self):
        server = self._serve(25, 'start-mode=now')
        delays = {name: self._lateness(command) for name, command in self._players(server.url(), 'tcp').items()}
        server.stop()
        self.assertLess(delays['rtspsrc'], _FRAMES, 'without a jitter buffer it shows what is live')
        return delays

    def _check(self, server):
        own = self._own_delays()
        for transport in ('tcp', 'udp'):
            for name, command in self._players(server.url(), transport).items():
                with self.subTest(player=name, transport=transport):
                    self.assertLess(self._lateness(command) - own[name], _FRAMES)
        server.stop()

    def test_group_of_one_second(self):
        self._check(self._serve(25))

    def test_group_of_ten_seconds(self):
        self._check(self._serve(250))

    def _let_group_grow(self, server, seconds):
        """Until that much lies between its key frame, or this moment, and what is live."""
        with Viewer(server) as viewer:
            viewer.wait_for_more(1)
            begin = viewer.tracks[0].last
            wait_until(lambda: viewer.tracks[0].seconds_since(begin) >= seconds, 2 * seconds, 'pictures')

    def test_long_burst(self):
        """Seconds of pictures at once, and still not late, wherever in the group."""
        own = self._own_delays()['rtspsrc with a jitter buffer']
        server = self._serve(250, 'start-mode=burst')
        self._let_group_grow(server, 3)
        for attempt in range(5):
            with self.subTest(attempt=attempt):
                self.assertLess(self._lateness(_rtspsrc(server.url(), 'tcp', 200, 'true')) - own, _FRAMES)
        server.stop()


@suite.only_rtspsink
class FirstPicture(suite.Case):
    """By the raw client: from connecting to the last packet of the first key frame."""

    def setUp(self):
        if application.why_not():
            self.skipTest(application.why_not())

    def _join(self, server):
        start = time.monotonic()
        with RtspClient(server.port) as client:
            description = client.request('DESCRIBE', server.url())
            media = sdp.parse(description.body).media[0]
            client.request(
                'SETUP',
                sdp.resolve(description['Content-Base'], media.control),
                {'Transport': 'RTP/AVP/TCP;unicast;interleaved=0-1'},
            )
            client.request('PLAY', server.url())
            first = True
            while True:
                channel, data = client.read_frame()
                if channel != 0:
                    continue
                packet = RtpPacket.parse(data)
                if first:
                    self.assertIn(_nal_type(packet.payload), (5, 6, 7, 9), 'the first packet begins a key frame')
                    first = False
                if packet.marker:
                    return time.monotonic() - start

    def _median_and_worst(self, gop, pause, properties=''):
        server = Application(self.folder, _LINE.format(gop=gop, properties=properties))
        self.addCleanup(server.process.kill)
        server.play()
        times = []
        for number in range(12):
            spend(pause + 0.037 * (number % 7))  # to join at all places of the group
            times.append(self._join(server))
        server.stop()
        print(
            f'group of {gop / _RATE:.0f} s, {properties or "start-mode=auto"}: first key frame {1000 * statistics.median(times):.1f} ms after connecting,'
            f' {1000 * max(times):.1f} ms at worst'
        )
        return statistics.median(times), max(times)

    def _median(self, gop, pause, properties=''):
        return self._median_and_worst(gop, pause, properties)[0]

    def test_burst_is_much_faster_than_waiting_for_a_key_frame(self):
        self.assertLess(self._median(25, 0), _AT_ONCE)

    def test_long_groups_make_nobody_wait(self):
        self.assertLess(self._median(250, 0.5), _AT_ONCE)

    def test_asking_the_encoder_takes_a_few_frames(self):
        median, worst = self._median_and_worst(250, 0.5, 'start-mode=key-frame')
        self.assertLess(median, 2 / _RATE)
        self.assertLess(worst, 4 / _RATE)

    def test_asking_twice_in_a_row_is_not_forgotten(self):
        """However many ask at once, each gets its key frame as soon as it may be asked for again, 250 ms after the last."""
        self.assertLess(self._median(250, 0, 'start-mode=key-frame'), 0.25 + 4 / _RATE)


def _nal_type(payload):
    """Of the first NAL unit in an RTP payload (RFC 6184)."""
    kind = payload[0] & 31
    if kind == 24:  # STAP-A
        return payload[3] & 31
    return payload[1] & 31 if kind == 28 else kind


if __name__ == '__main__':
    suite.main()
