# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every launch line of the README serves pictures as typed, with a test source for the camera and a free port; its links lead somewhere."""

import glob
import os
import re
import subprocess
import unittest

from support import pipeline, players, stream, suite
from support.deadline import wait_until

SOURCE = os.environ['SOURCE_ROOT']
CAMERA = 'videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=30/1'
ENCODING_CAMERA = CAMERA + ' ! x264enc tune=zerolatency key-int-max=30 ! '
CERTIFICATE = 'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=camera'
FILM = ('videotestsrc num-buffers=900 ! video/x-raw,width=320,height=240,framerate=30/1 ! x264enc speed-preset=ultrafast ! mp4mux name=mux'
        ' ! filesink location=input.mp4 audiotestsrc num-buffers=1300 ! avenc_aac ! mux.')


def readme():
    with open(os.path.join(SOURCE, 'README.md'), encoding='utf-8') as file:
        return file.read()


def launch_lines():
    return re.findall(r'^gst-launch-1\.0 (.*rtspsink.*)$', readme(), re.M)


def paths(line):
    return sorted(set(re.findall(r'mapping=(\S+)', line))) or ['/test']


def with_test_sources(line):
    line = re.sub(r'v4l2src( device=\S+)? ! (?=video/x-h264)', ENCODING_CAMERA, line)
    return re.sub(r'v4l2src( device=\S+)?', CAMERA, line)


def pictures_in(file):
    command = 'ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0'
    return int(subprocess.run([*command.split(), file], check=True, capture_output=True, timeout=60).stdout)


@unittest.skipIf(players.missing('ffprobe'), 'ffprobe is not installed')
class ReadmeTest(suite.Case):
    def check(self, line):
        port = pipeline.free_port()
        line = with_test_sources(line).replace('rtsp://camera/stream', self.camera.url()).replace('=footage/', f'={self.folder}/footage/')
        words = stream.split_line(line.replace('service=8554', f'service={port}'))
        with pipeline.launch(self.folder, words, port) as server:
            server.wait_ready()
            if 'rtspproxysrc' in line:  # has no mapping before it has been connected
                wait_until(lambda: players.ffprobe(server.url('/test'), 'tcp'), 20, 'the camera by the relay')
            for path in paths(line):
                streams = players.ffprobe(server.url(path), 'tcp').get('streams', [])
                sound = ['audio'] if 'audio/' in line else []
                self.assertEqual(sorted(s['codec_type'] for s in streams), sound + ['video'], path)
                self.assertTrue(all(int(s['nb_read_frames']) > 0 for s in streams), path)
        if 'recordsink' in line:
            (file,) = glob.glob(f'{self.folder}/footage/*/*.mp4')
            self.assertGreater(pictures_in(file), 0)

    def test_every_line_serves_what_it_says(self):
        port = pipeline.free_port()
        words = stream.split_line(f'{ENCODING_CAMERA}rtspsink service={port}')
        self.camera = pipeline.launch(self.folder, words, port, name='camera').wait_ready()
        self.addCleanup(self.camera.stop)
        subprocess.run(['gst-launch-1.0', '-q', *stream.split_line(FILM)], cwd=self.folder, check=True, timeout=120)
        lines = launch_lines()
        self.assertEqual(len(lines), 8)
        for line in lines:
            with self.subTest(line):
                self.check(line)

    def test_locked_line_serves_who_has_the_password(self):
        if players.missing('openssl'):
            self.skipTest('openssl is not installed')
        line = re.search(r'`(rtspsink auth=[^`]+)`', readme()).group(1).replace('PASSWORD', 'pass')
        subprocess.run([*CERTIFICATE.split(), '-keyout', 'camera.key', '-out', 'camera.pem'], cwd=self.folder, check=True, capture_output=True)
        port = pipeline.free_port()
        with pipeline.launch(self.folder, stream.split_line(f'{ENCODING_CAMERA}{line} service={port}'), port) as server:
            server.wait_ready()
            for scheme, password, served in (('rtsps', 'pass', ['video']), ('rtsps', 'wrong', []), ('rtsp', 'pass', ['video'])):
                url = server.url().replace('rtsp://', f'{scheme}://viewer:{password}@')
                found = players.ffprobe(url, 'tcp').get('streams', [])
                self.assertEqual([s['codec_type'] for s in found], served, url)

    def test_every_link_leads_to_a_file(self):
        for target in re.findall(r'\]\(([^)#:]+)\)', readme()):
            with self.subTest(target):
                self.assertTrue(os.path.exists(os.path.join(SOURCE, target)))

    def test_every_example_is_listed_and_each_script_can_be_run(self):
        examples = os.path.join(SOURCE, 'examples')
        for name in sorted(name for name in os.listdir(examples) if name != 'meson.build' and not name.startswith(('.', '_'))):
            with self.subTest(name):
                self.assertIn(f'(examples/{name})', readme())
                if os.path.isfile(path := os.path.join(examples, name)):
                    with open(path, 'rb') as file:
                        self.assertEqual(os.access(path, os.X_OK), file.read(2) == b'#!')


if __name__ == '__main__':
    suite.main()
