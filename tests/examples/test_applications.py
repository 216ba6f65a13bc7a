# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example applications serve what they say, know of their viewers, and end cleanly."""

import os
import re
import sys
import unittest

from support import players, suite
from support.deadline import wait_until
from support.pipeline import plugin_environment, port_is_free
from support.process import Process

_URL = re.compile(r'rtsp://127\.0\.0\.1:(\d+)/\S+')


def programs():
    """Name and command of each application; Meson tells where they are."""
    return {'frame_server': [os.environ['FRAME_SERVER']], 'viewer_count': [sys.executable, os.environ['VIEWER_COUNT']]}


class ApplicationsTest(suite.Case):
    def start(self, name, *arguments):
        process = Process([*programs()[name], *arguments], self.folder, name, env=plugin_environment())
        self.addCleanup(process.kill)
        return process

    def url_of(self, process):
        def told():
            self.assertTrue(process.running(), process.errors())
            return _URL.search(process.output())
        return wait_until(told, 30, 'the URL')

    def check_ends_cleanly(self, process, port):
        self.assertTrue(process.stop(), 'SIGINT was not enough')
        self.assertEqual(process.returncode, 0, process.errors())
        self.assertEqual(process.broken_lines(), [])
        self.assertTrue(port_is_free(port))

    @unittest.skipIf(players.missing('ffprobe'), 'ffprobe is not installed')
    def test_frame_server_serves_frames_and_counts_bytes(self):
        process = self.start('frame_server')
        url = self.url_of(process)
        streams = players.ffprobe(url.group(0), 'tcp').get('streams', [])
        self.assertEqual([(s['codec_name'], s['width'], s['height']) for s in streams], [('h264', 640, 360)])
        self.assertGreaterEqual(int(streams[0]['nb_read_frames']), 5)
        wait_until(lambda: re.search(r'/frames: \d+ viewers, [1-9]\d* bytes', process.output()), 20, 'statistics')
        self.check_ends_cleanly(process, int(url.group(1)))

    @unittest.skipIf(players.missing('ffprobe'), 'ffprobe is not installed')
    def test_viewer_count_tells_who_comes_and_goes(self):
        process = self.start('viewer_count')
        url = self.url_of(process)
        streams = players.ffprobe(url.group(0), 'tcp').get('streams', [])
        self.assertEqual(sorted(s['codec_name'] for s in streams), ['h264', 'opus'])
        wait_until(lambda: re.search(r'^1 viewers\n(.*\n)*0 viewers$', process.output(), re.M), 20, 'one viewer, then none')
        self.check_ends_cleanly(process, int(url.group(1)))

    def test_seconds_are_kept(self):
        for name in programs():
            with self.subTest(name):
                process = self.start(name, '--seconds', '1')
                self.assertEqual(process.wait(60), 0, process.errors())

    def test_taken_port_is_an_error_that_names_it(self):
        first = self.start('frame_server')
        port = self.url_of(first).group(1)
        for name in programs():
            with self.subTest(name):
                second = self.start(name, '--port', port)
                self.assertEqual(second.wait(60), 1, second.errors())
                self.assertIn(port, second.errors())


if __name__ == '__main__':
    suite.main()
