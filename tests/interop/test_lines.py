# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every known launch line runs as typed, and every player shows what it serves."""

import lines

from support import pipeline, players, stream, suite, vlc

_SECONDS = 20  # for a player to prove that it plays


class Lines(suite.Case):
    """One test per line is made below."""

    def setUp(self):
        lacking = players.missing('ffmpeg', 'ffprobe', 'curl', 'gst-launch-1.0')
        if lacking:
            self.skipTest(f'not installed: {lacking}')

    def _run(self, line):
        if line.needs_movie:
            lines.make_movie(self.folder)
        port, words = self._typed(line)
        with pipeline.launch(self.folder, words, port) as server:
            server.wait_ready()
            for served in line.served:
                self._check_curl(server.url(served.path))
                self._check_probe(server.url(served.path), served)
                self._check_players(server.url(served.path), served)

    def _typed(self, line):
        """The port and the words of the line; another port only if that one is taken."""
        port = line.port if pipeline.port_is_free(line.port) else pipeline.free_port()
        text = line.text.format(camera=lines.CAMERA, h264_camera=lines.H264_CAMERA)
        return port, stream.split_line(text.replace(f'service={line.port}', f'service={port}'))

    def _check_curl(self, url):
        """curl asks OPTIONS whatever -X says, but prints what it is told."""
        for method in ('DESCRIBE', 'OPTIONS'):
            code, output = players.curl(method, url)
            self.assertEqual(code, 0, output)
            self.assertIn('RTSP/1.0 200 OK', output)
            for word in ('OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'TEARDOWN'):
                self.assertIn(word, output)

    def _check_probe(self, url, served):
        for transport in ('tcp', 'udp'):
            streams = players.ffprobe(url, transport).get('streams', [])
            self.assertEqual(sorted(found['codec_type'] for found in streams), sorted(served.media), url)
            for found in streams:
                self.assertGreater(int(found['nb_read_frames']), 0, f'{url}: {found["codec_name"]} decodes')

    def _check_players(self, url, served):
        commands = {
            'ffmpeg-tcp': players.ffmpeg(url, 'tcp', served.media),
            'ffmpeg-udp': players.ffmpeg(url, 'udp', served.media),
            'rtspsrc': players.rtspsrc(url, 'tcp+udp', served.decode),
            'playbin': players.playbin(url),
        }
        for name, command in commands.items():
            with self.subTest(url=url, player=name), players.Player(command, self.folder, name) as player:
                self.assertTrue(player.wait_for(lambda p: _shows(p, served.media), _SECONDS), player.log())
        for transport in ('tcp', 'udp'):
            self._check_vlc(url, served, transport)

    def _check_vlc(self, url, served, transport):
        with self.subTest(url=url, player=f'vlc-{transport}'):
            reason = vlc.why_not(transport, only_transport_stream=False)
            if reason:
                self.skipTest(reason)
            with vlc.Vlc(url, transport, self.folder, 'vlc', sound_rate=44100) as player:
                self.assertTrue(player.wait_for(lambda p: _shows(p, served.media), _SECONDS), player.log())


def _shows(player, media):
    video = 'video' not in media or (player.pictures.count() >= 20 and player.pictures.show_bars())
    audio = 'audio' not in media or (player.sound.seconds() > 1 and player.sound.is_tone(440))
    return video and audio


def _test_of(line):
    return lambda self: self._run(line)


for _line in lines.LINES:
    setattr(Lines, f'test_{_line.name}', suite.only_rtspsink(_test_of(_line)))

if __name__ == '__main__':
    suite.main()
