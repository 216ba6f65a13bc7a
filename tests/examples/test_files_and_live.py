# SPDX-License-Identifier: LGPL-2.1-or-later
"""Live mappings and a GstRTSPServer's files at one port, plain and over TLS."""

import os
import subprocess
import sys
import time
import unittest

from support import gstreamer, pipeline, players, suite
from support.certificates import Authority
from support.deadline import wait_until
from support.process import Process
from support.rtp_packet import RtpPacket
from support.rtsp_client import RtspClient


def make_movie(path):
    """Ten seconds of 160 by 120."""
    make = ['gst-launch-1.0', '-q', 'videotestsrc', 'num-buffers=300', '!', 'video/x-raw,width=160,height=120,framerate=30/1',
            '!', 'x264enc', 'key-int-max=30', '!', 'matroskamux', '!', 'filesink', 'location=' + path]  # fmt: skip
    subprocess.run(make, check=True, timeout=60)


@unittest.skipIf(pipeline.why_no_rival(), pipeline.why_no_rival())
@unittest.skipIf(players.missing('ffmpeg', 'ffprobe', 'openssl'), 'ffmpeg or openssl is not installed')
class FilesAndLive(suite.Case):
    def setUp(self):
        self.movie = os.path.join(self.folder, 'movie.mkv')
        make_movie(self.movie)
        self.authority = Authority(self.folder)
        command = [sys.executable, os.environ['FILES_AND_LIVE'], '--certificate', self.authority.issue('server'), self.movie]
        self.process = Process(command, self.folder, 'files_and_live', env=pipeline.plugin_environment())
        self.addCleanup(self.process.kill)
        lines = wait_until(lambda: self.process.output().split('\n')[:-1][1:] and self.process.output().split(), 30, 'URLs')
        self.live, self.file = lines
        self.port = int(self.live.split(':')[2].split('/')[0])

    def tearDown(self):
        self.assertTrue(self.process.stop(), 'SIGINT was not enough')
        self.assertEqual(self.process.broken_lines(), [])

    def _frames(self, url):
        streams = players.ffprobe(url, 'tcp').get('streams', [])
        return [(s['codec_name'], s['width'], int(s['nb_read_frames']) > 5) for s in streams]

    def test_both_play_at_one_port(self):
        for _ in range(2):
            self.assertEqual(self._frames(self.live), [('h264', 640, True)])
            self.assertEqual(self._frames(self.file), [('h264', 160, True)])

    def test_both_play_over_tls(self):
        for url, width in ((self.live, 640), (self.file, 160)):
            self.assertEqual(self._frames(url.replace('rtsp:', 'rtsps:')), [('h264', width, True)])

    def test_a_file_has_an_end_and_can_be_sought(self):
        with RtspClient(self.port, tls=self.authority.client()) as client:
            self._play_from(client, 8)
        with RtspClient(self.port) as client:
            self._play_from(client, 8)

    def _play_from(self, client, second):
        self.assertEqual(client.request('OPTIONS', self.file).status, 200)
        answer = client.request('DESCRIBE', self.file, {'Accept': 'application/sdp'})
        self.assertEqual(answer.status, 200)
        self.assertIn(b'a=range:npt=0-10', answer.body)
        answer = client.request('SETUP', self.file + '/stream=0', {'Transport': 'RTP/AVP/TCP;unicast;interleaved=0-1'})
        self.assertEqual(answer.status, 200)
        answer = client.request('PLAY', self.file, {'Range': f'npt={second}-'})
        self.assertEqual(answer.status, 200)
        self.assertRegex(answer['Range'], r'npt=8(\.0*)?-')
        frame = client.read_frame()
        self.assertIsNotNone(frame)

    def test_a_port_that_is_taken_is_an_error_that_names_it(self):
        second = Process([sys.executable, os.environ['FILES_AND_LIVE'], '--port', str(self.port)], self.folder, 'second',
                         env=pipeline.plugin_environment())
        self.addCleanup(second.kill)
        self.assertEqual(second.wait(60), 1, second.errors())
        self.assertIn(str(self.port), second.errors())
        self.assertNotIn('PyGIWarning', second.errors() + self.process.errors())

    def test_what_neither_serves_is_404(self):
        with RtspClient(self.port) as client:
            self.assertEqual(client.request('DESCRIBE', self.live + 'r').status, 404)

    def test_a_connection_with_a_live_session_stays(self):
        with RtspClient(self.port) as client:
            transport = {'Transport': 'RTP/AVP/TCP;unicast;interleaved=0-1'}
            self.assertEqual(client.request('SETUP', self.live + '/stream=0', transport).status, 200)
            self.assertEqual(client.request('DESCRIBE', self.file, {'Session': None}).status, 404)
            self.assertEqual(client.request('PLAY', self.live).status, 200)


@unittest.skipIf(pipeline.why_no_rival(), pipeline.why_no_rival())
class Replay(suite.Case):
    """ONVIF's replay (Streaming Specification 6) by gst-rtsp-server, at the port of a live mapping."""

    LIVE = 'rtspsink name=sink service=0 videotestsrc is-live=true ! x264enc tune=zerolatency ! video/x-h264,mapping=/live ! sink.'
    RECORDING = '( filesrc location={movie} ! matroskademux ! h264parse ! rtph264pay name=pay0 )'

    def setUp(self):
        Gst = gstreamer.load()
        import gi

        gi.require_version('GstRtsp', '1.0')
        gi.require_version('GstRtspServer', '1.0')
        from gi.repository import GstRtsp, GstRtspServer

        movie = os.path.join(self.folder, 'movie.mkv')
        make_movie(movie)
        factory = GstRtspServer.RTSPOnvifMediaFactory()
        factory.set_media_gtype(GstRtspServer.RTSPOnvifMedia.__gtype__)
        factory.set_replay_support(True)
        factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP)
        factory.set_launch(self.RECORDING.format(movie=movie))
        server = GstRtspServer.RTSPOnvifServer()
        server.get_mount_points().add_factory('/recording', factory)
        self.pipeline = Gst.parse_launch(self.LIVE)
        self.addCleanup(self.pipeline.set_state, Gst.State.NULL)
        sink = self.pipeline.get_by_name('sink')
        sink.set_property('rtsp-server', server)
        self.pipeline.set_state(Gst.State.PLAYING)
        self.pipeline.get_state(20 * Gst.SECOND)
        self.port = sink.get_property('bound-port')

    def test_a_part_comes_faster_than_it_was_recorded(self):
        url = f'rtsp://127.0.0.1:{self.port}/recording'
        with RtspClient(self.port) as client:
            replay = {'Require': 'onvif-replay'}
            answer = client.request('DESCRIBE', url, {**replay, 'Accept': 'application/sdp'})
            self.assertEqual(answer.status, 200)
            self.assertIn(b'a=x-onvif-track:', answer.body)
            transport = {'Transport': 'RTP/AVP/TCP;unicast;interleaved=0-1'}
            self.assertEqual(client.request('SETUP', url + '/stream=0', {**replay, **transport}).status, 200)
            begun = time.monotonic()
            answer = client.request('PLAY', url, {**replay, 'Range': 'npt=2-9', 'Rate-Control': 'no'})
            self.assertEqual(answer.status, 200)
            times = set()
            while len(times) < 6 * 30:
                channel, packet = client.read_frame()
                if channel == 0:
                    times.add(RtpPacket.parse(packet).timestamp)
            self.assertLess(time.monotonic() - begun, 5)

    def test_the_live_mapping_is_no_replay(self):
        with RtspClient(self.port) as client:
            answer = client.request('DESCRIBE', f'rtsp://127.0.0.1:{self.port}/live', {'Require': 'onvif-replay'})
            self.assertEqual((answer.status, answer['Unsupported']), (551, 'onvif-replay'))


if __name__ == '__main__':
    suite.main()
