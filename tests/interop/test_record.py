# SPDX-License-Identifier: LGPL-2.1-or-later
"""What recordsink leaves on the disk when the process is killed, or the folder vanishes."""

import glob
import json
import os
import random
import shutil
import subprocess
import time

from support import pipeline, stream, suite
from support.deadline import spend, wait_until
from support.process import Process
from support.viewer import Viewer

_RATE = 25
_GOP = 5
_FRAGMENT = 200  # ms
# As fast as time, 5 pictures a GOP.
_CAMERA = (
    f'videotestsrc is-live=true pattern=snow ! video/x-raw,width=160,height=120,framerate={_RATE}/1 '
    f'! x264enc tune=zerolatency speed-preset=ultrafast bitrate=1000 key-int-max={_GOP}'
)
_KILLS = int(os.environ.get('RECORD_KILLS', '10'))
_SECONDS = 30
# What is in memory at any time: the GOP that is coming in, the fragment that is being filled, and a busy machine.
_LOSS = _GOP / _RATE + _FRAGMENT / 1000 + 0.4


def decode(path):
    """How many pictures a full decode gives; it must not complain."""
    command = ['ffmpeg', '-v', 'error', '-xerror', '-i', path, '-map', '0:v', '-f', 'framemd5', '-']
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f'{path}: {done.stderr}')
    return sum(not line.startswith('#') for line in done.stdout.splitlines())


class RecordCase(suite.Case):
    def setUp(self):
        self.root = os.path.join(self.folder, self.id().rsplit('.', 1)[-1])
        os.makedirs(self.root)

    def launch(self, line, name='launch'):
        words = ['stdbuf', '-oL', 'gst-launch-1.0', '-m', *stream.split_line(line)]
        process = Process(words, self.folder, name, env=pipeline.plugin_environment())
        self.addCleanup(process.kill)
        return process

    def files(self, suffix):
        return sorted(glob.glob(os.path.join(self.root, f'*.{suffix}')))

    def index(self):
        path = os.path.join(self.root, 'index.jsonl')
        if not os.path.exists(path):
            return []  # nothing was whole yet
        with open(path, encoding='utf-8') as lines:
            return [json.loads(line) for line in lines]

    def check_index(self, suffix):
        """Index and files agree."""
        entries = self.index()
        names = [entry['name'] for entry in entries]
        self.assertEqual(sorted(names), [os.path.basename(path) for path in self.files(suffix)])
        for entry in entries:
            self.assertEqual(entry['bytes'], os.path.getsize(os.path.join(self.root, entry['name'])))


@suite.only_rtspsink
class Killed(RecordCase):
    def _line(self, suffix):
        return (
            f'{_CAMERA} ! recordsink format={suffix} segment-duration=1000 fragment-duration={_FRAGMENT} '
            f'location={self.root}/%s-%i.{suffix}'
        )

    def _pictures(self, suffix):
        return sum(decode(path) for path in self.files(suffix))

    def _kill_and_finish(self, suffix, chooser):
        """A recording that is killed, and the one after it, which finishes what it left."""
        process = self.launch(self._line(suffix))
        wait_until(lambda: self.files(f'{suffix}.part'), _SECONDS, 'the first file')
        begun = time.monotonic()
        spend(chooser.uniform(0, 2.5))
        process.kill()
        lasted = time.monotonic() - begun
        finisher = self.launch(f'fakesrc num-buffers=0 ! video/x-h264 ! {self._line(suffix).split("! ")[-1]}')
        wait_until(lambda: not finisher.running(), _SECONDS, 'what is left behind being finished')
        self.assertEqual(self.files(f'{suffix}.part'), [])
        return lasted - self._pictures(suffix) / _RATE

    def _check(self, suffix, kills):
        chooser = random.Random(1)
        losses = []
        for number in range(kills):
            with self.subTest(format=suffix, number=number):
                try:
                    losses.append(self._kill_and_finish(suffix, chooser))
                    self.assertLess(losses[-1], _LOSS)
                    self.check_index(suffix)
                finally:
                    shutil.rmtree(self.root)
                    os.makedirs(self.root)
        print(f'{suffix}: {kills} kills, {sorted(losses)[len(losses) // 2]:.2f} s lost in the middle, {max(losses):.2f} s at most')

    def test_killed_at_any_moment_mp4(self):
        self._check('mp4', _KILLS)

    def test_killed_at_any_moment_ts(self):
        self._check('ts', max(_KILLS // 3, 1))

    def test_killed_at_any_moment_mkv(self):
        self._check('mkv', max(_KILLS // 3, 1))


@suite.only_rtspsink
class Served(RecordCase):
    def test_tee_links_both_sinks_without_queues(self):
        port = pipeline.free_port()
        line = f'{_CAMERA} ! tee name=t ! rtspsink service={port}   t. ! recordsink location={self.root}/%Y-%m-%d/%H-%M-%S.mp4'
        server = pipeline.Server(self.launch(line), port).wait_ready()
        with Viewer(server) as viewer:
            viewer.wait_for_more()
            self.assertEqual(viewer.lost, 0)
        server.stop()
        self.assertNotIn('erroneous', server.log())
        (path,) = glob.glob(self.root + '/*/*.mp4')
        self.assertGreater(decode(path), 0)


@suite.only_rtspsink
class BadDisk(RecordCase):
    def test_folder_that_vanishes_is_made_again(self):
        folder = os.path.join(self.root, 'rec')
        line = f'{_CAMERA} ! recordsink fragment-duration={_FRAGMENT} location={folder}/%i.mp4'
        process = self.launch(line)
        wait_until(lambda: glob.glob(folder + '/*.part'), _SECONDS, 'the first file')
        shutil.rmtree(folder)
        wait_until(lambda: glob.glob(folder + '/*.part'), _SECONDS, 'the next file')
        self.assertTrue(process.stop())
        self.assertIn('outage', process.output())
        self.assertEqual(process.broken_lines(), [])
        for path in glob.glob(folder + '/*.mp4'):
            self.assertGreater(decode(path), 0)


if __name__ == '__main__':
    suite.main()
