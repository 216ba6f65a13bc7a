# SPDX-License-Identifier: LGPL-2.1-or-later
"""The first commands that a newcomer types: `./dev run`, with and without a pipeline, and `./dev shell`."""

import os
import subprocess
import unittest

from support import network, players, suite
from support.deadline import wait_until
from support.process import Process

_DEV = os.path.join(os.environ['SOURCE_ROOT'], 'dev')
_BUILD = os.environ['BUILD_ROOT']
_PLUGIN = os.path.join(_BUILD, 'gst', 'libgstrtspsink.so')
_SECONDS = 60


class DevTest(suite.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if lacking := players.missing('ffprobe', 'gst-launch-1.0'):
            raise unittest.SkipTest(f'not installed: {lacking}')
        # The build is there; what is not installed is not to be installed by a test.
        path = os.path.join(cls._folder, 'bin')
        os.mkdir(path)
        for name in ('apt-get', 'sudo'):
            os.symlink('/bin/false', os.path.join(path, name))
        ours = {name: value for name, value in os.environ.items() if not name.startswith('GST_')}
        cls.env = {**ours, 'PATH': f'{path}:{ours["PATH"]}', 'RTSPSINK_BUILD': _BUILD, 'SHELL': '/bin/sh'}

    def _start(self, *words):
        process = Process([_DEV, *words], self.folder, words[0], env=self.env)
        self.addCleanup(process.stop)
        return process

    def _skip_if_it_would_install(self, process):
        if 'about to install' in process.errors():
            self.skipTest(process.errors())

    def _finished(self, *words):
        process = self._start(*words)
        process.wait(_SECONDS)
        self._skip_if_it_would_install(process)
        self.assertEqual(process.returncode, 0, process.errors())
        return process.output()

    def test_run_serves_picture_and_sound_where_it_says(self):
        process = self._start('run')
        wait_until(lambda: 'PLAYING' in process.output() or not process.running(), _SECONDS, 'a running pipeline')
        self._skip_if_it_would_install(process)
        self.assertTrue(process.running(), process.errors())
        self.assertIn('ffplay rtsp://127.0.0.1:8554/test', process.output())
        streams = players.ffprobe('rtsp://127.0.0.1:8554/test', 'tcp')['streams']
        self.assertEqual(sorted(found['codec_name'] for found in streams), ['aac', 'h264'])
        self.assertTrue(all(int(found['nb_read_frames']) > 0 for found in streams), streams)
        self.assertTrue(process.stop(), 'Ctrl-C ends it')
        self.assertEqual(process.broken_lines(), [])

    def test_run_takes_a_pipeline(self):
        line = 'videotestsrc num-buffers=30 ! x264enc ! video/x-h264,mapping=/line ! rtspsink service=0'
        self.assertIn('Got EOS', self._finished('run', *line.split()))

    def test_shell_finds_the_plugin(self):
        self.assertIn(_PLUGIN, self._finished('shell', '-c', 'gst-inspect-1.0 rtspsink'))

    def test_what_it_does_not_know_it_says(self):
        done = subprocess.run([_DEV, 'sreve'], capture_output=True, text=True, timeout=_SECONDS, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("unknown command 'sreve'", done.stderr)
        self.assertIn('./dev run', done.stderr)


if __name__ == '__main__':
    network.enter()
    suite.main()
