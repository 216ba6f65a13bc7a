# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disks that are full, gone, read-only, slow or broken, under recordsinks on the tee of an rtspsink that somebody looks at.

In a mount namespace of its own.
"""

import glob
import json
import os
import subprocess
import time
import unittest

from support import gstreamer, suite
from support.bad_disks import PRELOADED, load_outside, mount, run_inside, runs_inside, slow_down
from support.deadline import wait_until
from support.ffmpeg import packets
from support.numbered_camera import PICTURE, nanoseconds, numbers
from support.served_camera import ServedCamera
from support.viewer import Viewer

Gst = gstreamer.load()

_GOP = 5
_SECONDS = 40
_PACKET = 20_000_000  # of sound
_ENDS_WITHIN = 8  # seconds: the five that docs/elements/recordsink.md tells, and a busy machine
_QUEUED = 1000  # milliseconds of each stream that may wait for the disk
_QUEUED_BYTES = 150_000  # about two thirds of that
_SLOW_SYNC = 10_000_000  # a tenth of a write there


def run(*command):
    subprocess.run(command, check=True, timeout=_SECONDS)


class Disks:
    """A folder for each, below `root`."""

    def __init__(self, root, names):
        self.root = root
        self.seen_at = {}  # where the files of a disk can be seen, whatever is mounted
        for name in names:
            os.makedirs(self.path(name))
            if name == 'gone':
                mount('ro', self.path(name))  # what is there when the disk is not
            if not name.startswith(PRELOADED):
                mount('size=64m', self.path(name))
            self.seen_at[name] = [self._hold(name)]

    def path(self, name):
        return os.path.join(self.root, name)

    def _hold(self, name):
        return f'/proc/{os.getpid()}/fd/{os.open(self.path(name), os.O_RDONLY | os.O_DIRECTORY)}'

    def spoil(self, bytes_a_second):
        with open(self.path('full') + '/filler', 'wb', buffering=0) as filler:
            try:
                while filler.write(bytes(4096)):
                    pass
            except OSError:
                pass
        run('umount', '-l', self.path('gone'))
        run('mount', '--bind', self.path('readonly'), self.path('readonly'))
        run('mount', '-o', 'remount,bind,ro', self.path('readonly'))
        with open(os.environ['BAD_DISKS'], 'x', encoding='ascii'):
            slow_down(bytes_a_second)

    def repair(self):
        os.unlink(self.path('full') + '/filler')
        mount('size=64m', self.path('gone'))
        self.seen_at['gone'].append(self._hold('gone'))
        run('umount', self.path('readonly'))
        os.unlink(os.environ['SLOW_DISK_RATE'])
        os.unlink(os.environ['BAD_DISKS'])


def pictures(path, may_be_cut):
    """Numbers of those in a file. At the end of one that was cut short, and not to a whole fragment, there may be none."""
    try:
        return numbers(path)
    except AssertionError:
        if not may_be_cut:
            raise
        seen = numbers(path, strict=False)
        return [number for at, number in enumerate(seen) if number == seen[0] + at]


@suite.only_rtspsink
@unittest.skipUnless(Gst, gstreamer.MISSING)
class BadDisks(suite.Case):
    def test_viewers_lose_nothing_and_holes_are_told_truly(self):
        run_inside(self, __file__, 'Inside', 'Ended', 'Stopped')


@runs_inside
class Inside(suite.Case):
    """All disks go bad at once, and are good again."""

    DISKS = ('full', 'gone', 'readonly', *PRELOADED)
    FORMATS = ('mp4', 'ts', 'mkv')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.disks = Disks(os.path.dirname(os.environ['SLOW_DISK']), cls.DISKS)
        cls.names = [f'{disk}-{form}' for disk in cls.DISKS for form in cls.FORMATS]
        cls.camera = ServedCamera({name: cls._properties(*name.rsplit('-', 1)) for name in cls.names}, _GOP).start()
        cls.addClassCleanup(cls.camera.stop)
        cls.viewer = Viewer(cls.camera.server)
        with cls.viewer:
            cls._go_through_it()

    @classmethod
    def _properties(cls, disk, form):
        return (
            f'format={form} segment-duration=1000 fragment-duration=200 queue-duration={_QUEUED} '
            f'queue-bytes={cls._queue_bytes(disk)} '
            f'location={cls.disks.path(disk)}/{form}/%s-%3f.{form}'
        )

    @staticmethod
    def _queue_bytes(disk):
        """What bounds the queue: bytes where the disk is slow, time elsewhere."""
        return _QUEUED_BYTES if disk == 'slow' else 2 * _QUEUED_BYTES

    @classmethod
    def _go_through_it(cls):
        cls.disks.spoil(cls._tenth_of_the_rate())
        cls._wait_for_each(cls._disk_is_bad, 'an outage, or a hole')
        cls.viewer.wait_for_more()
        cls.while_bad = {name: cls.camera.stats(name) for name in cls.names}
        cls.repaired = time.time_ns()
        cls.disks.repair()
        cls._wait_for_each(cls._disk_is_good_again, 'recording again')
        cls.viewer.wait_for_more()
        cls.when_good = {name: cls.camera.stats(name) for name in cls.names}
        cls.camera.end()

    @classmethod
    def _tenth_of_the_rate(cls):
        """Of the streams together that go to a disk; measured until they have something on it."""
        begun = time.monotonic()
        cls._wait_for_each(cls._disk_was_good, 'a segment')
        in_next_file = len(cls.camera.times) + 2 * _GOP
        wait_until(lambda: len(cls.camera.times) >= in_next_file, _SECONDS, 'some of the next file')
        return len(cls.FORMATS) * cls.camera.bytes / (time.monotonic() - begun) / 10

    @classmethod
    def _wait_for_each(cls, condition, what):
        try:
            wait_until(lambda: all(condition(name) for name in cls.names), _SECONDS, what)
        except AssertionError as error:
            raise AssertionError(f'{what}: not {[name for name in cls.names if not condition(name)]}') from error

    @classmethod
    def _disk_was_good(cls, name):
        return cls.camera.count(name, 'segment') > 0

    @classmethod
    def _disk_is_bad(cls, name):
        """A slow one: GOPs are left out again and again."""
        if not name.startswith('slow'):
            return cls.camera.count(name, 'outage') > 0
        return sum(hole.get_string('pad') == 'sink_0' for hole in cls.camera.told[name]['hole']) >= 4

    @classmethod
    def _disk_is_good_again(cls, name):
        last = cls.camera.told[name]['segment'][-1]
        return last.get_int64('start').value > cls.repaired and last.get_string('reason') == 'limit'

    def entries(self, name):
        """The index, of all disks that were there."""
        disk, form = name.rsplit('-', 1)
        found = []
        for root in self.disks.seen_at[disk]:
            paths = glob.glob(f'{root}/{form}/*.{form}')
            with open(f'{root}/{form}/index.jsonl', encoding='utf-8') as lines:
                here = [{**json.loads(line), 'folder': f'{root}/{form}'} for line in lines]
            self.assertEqual(sorted(entry['name'] for entry in here), sorted(map(os.path.basename, paths)))
            found += here
        return found

    def recorded(self, name):
        """Each picture that can be decoded, in the order of the files."""
        found = []
        for entry in self.entries(name):
            may_be_cut = entry['reason'] == 'error' and not name.endswith('mp4')
            seen = pictures(os.path.join(entry['folder'], entry['name']), may_be_cut)
            self.check_end(name, entry, seen)
            found += seen
        self.assertEqual(found, sorted(set(found)))
        return found

    def check_end(self, name, entry, seen):
        """What the index tells of the end of a file that was cut short; where that is not known exactly, no more."""
        if entry['reason'] != 'error' or name.startswith('slow'):  # where a picture lasts for as long as a hole
            return
        times = self.camera.times
        length = nanoseconds(entry['end']) - nanoseconds(entry['start'])
        self.assertLess(length, times[seen[-1] + 1] - times[seen[0]] + PICTURE, entry)
        if name.endswith('mp4'):
            self.assertGreater(length, times[seen[-1]] - times[seen[0]] - PICTURE, entry)

    def check_holes(self, name):
        """What is in no file was told to be missing, and little else."""
        holes = [hole for hole in self.camera.told[name]['hole'] if hole.get_string('pad') == 'sink_0']
        spans = [(hole.get_int64('start').value, hole.get_int64('end').value) for hole in holes]
        missing = sorted(set(range(len(self.camera.times))) - set(self.recorded(name)))
        self.assertTrue(missing)
        untold = [n for n in missing if not any(start <= self.camera.times[n] < end for start, end in spans)]
        self.assertEqual(untold, [], spans)
        told = sum(hole.get_uint64('units').value for hole in holes)
        if name.endswith('mp4'):
            self.assertEqual(told, len(missing))
        else:
            self.assertGreaterEqual(told, len(missing))
            self.assertLessEqual(told, len(missing) + 2 * _GOP * max(self.camera.count(name, 'outage'), 1))
        cut = sum(entry['reason'] == 'error' for entry in self.entries(name))
        print(f'{name}: {cut} files cut short, {len(missing)} of {len(self.camera.times)} pictures missing, {told} told in {len(holes)} holes')

    def check_sound(self, name):
        """Packets: those in the files, and those that were told to be missing, are all that were sent."""
        holes = [hole for hole in self.camera.told[name]['hole'] if hole.get_string('pad') == 'sink_1']
        told = sum(hole.get_uint64('units').value for hole in holes)
        held = sum(packets(os.path.join(entry['folder'], entry['name']), 'a') for entry in self.entries(name))
        print(f'{name}: {held} packets of sound, {told} told to be missing, of {self.camera.sound}')
        # Where a file ends, one may be in either.
        ends = max(self.camera.count(name, 'outage'), 1)
        self.assertGreaterEqual(held + told, self.camera.sound - ends)
        more = 0 if name.endswith('mp4') else 2 * _GOP * PICTURE // _PACKET
        self.assertLessEqual(held + told, self.camera.sound + (1 + more) * ends)

    def test_viewer_lost_nothing(self):
        self.assertEqual(self.viewer.lost, 0)
        self.assertGreater(self.viewer.packets, 0)

    def test_holes_are_told_truly(self):
        for name in self.names:
            with self.subTest(name):
                self.check_holes(name)
                self.check_sound(name)

    def test_statistics_tell_what_is_bad(self):
        for name in self.names:
            with self.subTest(name):
                bad, good = self.while_bad[name], self.when_good[name]
                outages = 0 if name.startswith('slow') else 1
                self.assertEqual((bad['out'], bad['outages']), (outages == 1, outages))
                self.assertEqual((good['out'], good['outages']), (False, outages))
                self.assertLessEqual(bad['queue-duration'], _QUEUED * 1_000_000)
                # Of sound there is little.
                self.assertLessEqual(bad['queue-bytes'], 1.5 * self._queue_bytes(name.rsplit('-', 1)[0]))
                self.assertGreaterEqual(good['disk-latency-max'], bad['disk-latency-max'])
                self.assertGreaterEqual(bad['disk-latency-max'], bad['disk-latency'])
                self.assertGreater(bad['disk-latency'], 0)

    def test_statistics_tell_how_slow_it_is(self):
        slow = [stats for name, stats in self.while_bad.items() if name.startswith('slow')]
        for stats in slow:
            self.assertGreater(stats['queue-bytes'], 0)
            self.assertGreater(stats['queue-duration'], 0)
        # Who syncs waits for what the others have written.
        self.assertGreater(max(stats['disk-latency-max'] for stats in slow), _SLOW_SYNC if len(slow) > 1 else 0)

    def test_what_was_written_before_has_its_name(self):
        for name in self.names:
            if name.startswith(('full', 'losing')):
                self.assertIn('error', [entry['reason'] for entry in self.entries(name)], name)

    def test_outage_and_its_end_are_told_once(self):
        for name in self.names:
            with self.subTest(name):
                outages = 0 if name.startswith('slow') else 1
                self.assertEqual(self.camera.count(name, 'outage'), outages)
                self.assertEqual(self.camera.count(name, 'resumed'), outages)
                for outage in self.camera.told[name]['outage']:
                    self.check_text(name, outage.get_string('text'))

    def check_text(self, name, text):
        self.assertIn(self.disks.path(name.rsplit('-', 1)[0]), text)
        self.assertIn('Recording goes on by itself', text)
        self.assertNotIn('..', text)
        if name.startswith('full'):
            self.assertRegex(text, r"No space left on device\. Free some space, or let 'min-free-bytes' ")


@runs_inside
class Ended(Inside):
    """Everything comes to its end while the disk is slow: there is no time to write what is queued."""

    DISKS = ('slow-to-the-end',)
    FORMATS = ('mp4',)

    @classmethod
    def _go_through_it(cls):
        slow_down(0)  # as fast as it can
        slow_down(cls._tenth_of_the_rate())
        cls._wait_for_each(cls._disk_is_bad, 'a hole')
        cls.while_bad = cls.when_good = {name: cls.camera.stats(name) for name in cls.names}
        cls.camera.finish()
        begun = time.monotonic()
        cls._end()
        cls.took = time.monotonic() - begun

    @classmethod
    def _end(cls):
        cls.camera.wait_for_end(_ENDS_WITHIN)
        cls.camera.stop()

    def test_it_takes_no_longer_than_it_may(self):
        self.assertLess(self.took, _ENDS_WITHIN)


@runs_inside
class Stopped(Ended):
    """The same, but nobody waits for EOS."""

    DISKS = ('slow-until-it-stops',)

    @classmethod
    def _end(cls):
        cls.camera.stop()

load_tests = load_outside(BadDisks)

if __name__ == '__main__':
    suite.main()
