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
from support.ffmpeg import packets
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

    def launch(self, line, name='launch', env=None):
        words = ['stdbuf', '-oL', 'gst-launch-1.0', '-m', *stream.split_line(line)]
        process = Process(words, self.folder, name, env={**pipeline.plugin_environment(), **(env or {})})
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
    """What had come to the sink pad is told by another branch of the tee, which has each picture a little before."""

    _FRAGMENT = 2.0
    _GOP = 100  # at most: a key frame is asked for every 3 s, which is longer than a fragment, so a GOP lost would show

    def _line(self, suffix):
        sink = (
            f'recordsink format={suffix} segment-duration=3000 fragment-duration={self._FRAGMENT * 1000:.0f} '
            f'location={self.root}/%s-%i.{suffix}'
        )
        camera = _CAMERA.replace(f'key-int-max={_GOP}', f'key-int-max={self._GOP}')
        stream_format = 'video/x-h264,stream-format=byte-stream,alignment=au'
        witness = f'filesink buffer-mode=unbuffered location={self.witness}'
        return f'{camera} ! h264parse ! {stream_format} ! tee name=t   t. ! {witness}   t. ! {sink}'

    def _kill_and_finish(self, suffix, chooser):
        """A recording that is killed, and the one after it, which finishes what it left. How many seconds of pictures are in no file."""
        self.witness = os.path.join(self.folder, 'witness.h264')
        process = self.launch(self._line(suffix))
        wait_until(lambda: self.files(f'{suffix}.part'), _SECONDS, 'the first file')
        spend(chooser.uniform(0, 6))
        process.kill()
        finisher = self.launch(f'fakesrc num-buffers=0 ! video/x-h264 ! {self._line(suffix).split("! ")[-1]}')
        wait_until(lambda: not finisher.running(), _SECONDS, 'what is left behind being finished')
        self.assertEqual(self.files(f'{suffix}.part'), [])
        recorded = sum(decode(path) for path in self.files(suffix))
        return (packets(self.witness, 'v') - recorded) / _RATE

    def _check(self, suffix, kills):
        chooser = random.Random(1)
        losses = []
        for number in range(kills):
            with self.subTest(format=suffix, number=number):
                try:
                    losses.append(self._kill_and_finish(suffix, chooser))
                    self.assertLessEqual(losses[-1], self._FRAGMENT)
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
class Ended(RecordCase):
    def test_last_picture_in_a_file_of_its_own(self):
        """The 21st picture is a key frame, and the first after 0.8 s."""
        camera = _CAMERA.replace('is-live=true', 'num-buffers=21')
        for suffix in ('mp4', 'ts', 'mkv'):
            sound = 'audiotestsrc num-buffers=42 samplesperbuffer=882 ! opusenc ! r.'
            process = self.launch(f'{camera} ! recordsink name=r format={suffix} segment-duration=800 location={self.root}/%i.{suffix} {sound}')
            wait_until(lambda process=process: not process.running(), _SECONDS, 'the end')
            self.assertEqual([packets(path, 'v') for path in self.files(suffix)], [20, 1], suffix)

    def test_last_picture_that_splitmuxsink_holds_back(self):
        """Where pictures change places it makes no cut there any more; the index has all there is."""
        camera = _CAMERA.replace('is-live=true', 'num-buffers=21').replace('tune=zerolatency', 'bframes=3 b-adapt=false rc-lookahead=0')
        process = self.launch(f'{camera.replace(f"max={_GOP}", "max=20")} ! recordsink segment-duration=800 location={self.root}/%i.mp4')
        wait_until(lambda: not process.running(), _SECONDS, 'the end')
        self.assertEqual(sum(packets(path, 'v') for path in self.files('mp4')), 21)
        self.assertEqual(sum(entry['key_frames'] for entry in self.index()), 2)
        self.assertEqual(self.index()[-1]['reason'], 'end')


@suite.only_rtspsink
class PowerCut(RecordCase):
    """What a machine without power leaves is what was synced; so the order counts in which that is done, and how often."""

    _FORMATS = ('mp4', 'ts', 'mkv')
    _FRAGMENT = 1.0
    _GOP = 24
    # Seconds: MP4 is synced when a fragment is whole, the others at times; and a busy machine.
    _UNSYNCED = {'mp4': 0.4, 'ts': 0.75 + 0.4, 'mkv': 0.75 + 0.4}

    def _record(self):
        """What was done: seconds, what, path."""
        sinks = ' '.join(
            f't. ! recordsink format={form} segment-duration=3000 fragment-duration={self._FRAGMENT * 1000:.0f} '
            f'location={self.root}/{form}/%i.{form}'
            for form in self._FORMATS
        )
        camera = _CAMERA.replace(f'key-int-max={_GOP}', f'key-int-max={self._GOP}')
        log = os.path.join(self.folder, 'disk-log')
        environment = {'LD_PRELOAD': os.environ['BAD_DISK_MODULE'], 'LOGGED_DISK': self.root, 'DISK_LOG': log}
        process = self.launch(f'{camera} ! h264parse ! tee name=t {sinks}', env=environment)
        wait_until(self._has_enough, _SECONDS, 'two segments of each')
        self.assertTrue(process.stop())
        with open(log, encoding='utf-8') as lines:
            fields = [line.rstrip('\n').split(' ', 2) for line in lines]
        return [(int(when) / 1e9, what, path) for when, what, path in fields]

    def _has_enough(self):
        return all(len(glob.glob(f'{self.root}/{form}/*.{form}')) >= 2 for form in self._FORMATS)

    def _check_order(self, log, at):
        """Of the segment that is renamed there."""
        part = log[at][2]
        folder = os.path.dirname(part)
        index = os.path.join(folder, 'index.jsonl')
        done = [(what, path) for _, what, path in log]

        def find(what, path, after):
            found = [i for i in range(after + 1, len(done)) if done[i] == (what, path)]
            self.assertTrue(found, f'no {what} of {path} after {done[after]}')
            return found[0]

        last = max(i for i in range(at) if done[i] == ('write', part))
        synced = find('sync', part, last)
        line = find('write', index, synced)
        self.assertLess(find('sync', index, line), at, 'renamed before the index was synced')
        named = sum(what == 'rename' and os.path.dirname(path) == folder for what, path in done[:at])
        self.assertEqual(done[:synced].count(('write', index)), named, 'listed before it was synced')
        folder_synced = find('sync', folder, at)
        self.assertEqual(done[at:folder_synced].count(('write', index)), 0)
        self.assertEqual(done.count(('write', part.removesuffix('.part'))), 0)

    def _check_syncs(self, log, part):
        since = None
        limit = self._FRAGMENT + 0.4  # the header comes before the first fragment
        for when, what, path in log:
            if path != part:
                continue
            if what == 'write':
                since = since or when
            elif since:
                self.assertLess(when - since, limit, part)
                limit = self._UNSYNCED[os.path.basename(os.path.dirname(part))]
                since = None

    def _check_entry(self, log, part):
        """What is synced is found after a power cut: its folder was synced after the file's first sync."""
        done = [(what, path) for _, what, path in log]
        first = done.index(('sync', part))
        goes_on = next(i for i in range(first, len(done)) if done[i] in (('write', part), ('rename', part)))
        self.assertIn(('sync', os.path.dirname(part)), done[first:goes_on])

    def test_what_has_its_name_is_synced_and_what_has_not_soon(self):
        log = self._record()
        renamed = [at for at, (_, what, path) in enumerate(log) if what == 'rename' and path.endswith('.part')]
        self.assertGreaterEqual(len(renamed), 2 * len(self._FORMATS))
        for at in renamed:
            with self.subTest(path=log[at][2]):
                self._check_order(log, at)
                self._check_syncs(log, log[at][2])
                self._check_entry(log, log[at][2])


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
