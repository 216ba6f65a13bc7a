# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disks that are full, gone, read-only or slow, under recordsinks on the tee of an rtspsink that somebody looks at.

In a mount namespace of its own; the slow disk is that of tests/support/slow_disk.cpp.
"""

import calendar
import glob
import json
import os
import subprocess
import sys
import time
import unittest

from support import gstreamer, suite
from support.deadline import wait_until
from support.numbered_camera import PICTURE, numbers
from support.served_camera import ServedCamera
from support.viewer import Viewer

Gst = gstreamer.load()

_INSIDE = 'RECORD_OWN_MOUNTS'
_GOP = 5
_SECONDS = 40
_PACKET = 20_000_000  # of sound


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
                self._mount(name, 'ro')  # what is there when the disk is not
            if not name.startswith('slow'):
                self._mount(name, 'size=64m')
            self.seen_at[name] = [self._hold(name)]

    def path(self, name):
        return os.path.join(self.root, name)

    def _mount(self, name, options):
        run('mount', '-t', 'tmpfs', '-o', options, 'none', self.path(name))

    def _hold(self, name):
        return f'/proc/{os.getpid()}/fd/{os.open(self.path(name), os.O_RDONLY | os.O_DIRECTORY)}'

    @staticmethod
    def slow_down(bytes_a_second):
        with open(os.environ['SLOW_DISK_RATE'], 'w', encoding='ascii') as rate:
            rate.write(str(bytes_a_second))

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
        self.slow_down(bytes_a_second)

    def repair(self):
        os.unlink(self.path('full') + '/filler')
        self._mount('gone', 'size=64m')
        self.seen_at['gone'].append(self._hold('gone'))
        run('umount', self.path('readonly'))
        os.unlink(os.environ['SLOW_DISK_RATE'])


def packets(path):
    """How many of sound."""
    command = ['ffprobe', '-v', 'quiet', '-select_streams', 'a', '-count_packets', '-of', 'csv=p=0']
    command += ['-show_entries', 'stream=nb_read_packets', path]
    counts = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_SECONDS).stdout
    count = (counts.split() or ['N/A'])[0]  # that of a programme, if any, comes again
    return 0 if count == 'N/A' else int(count)


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
        if subprocess.run(['unshare', '-m', 'true'], capture_output=True, check=False).returncode:
            self.skipTest('mount namespaces are not permitted')
        preloaded = ' '.join(filter(None, [os.environ.get('LD_PRELOAD'), os.environ['SLOW_DISK_MODULE']]))
        inside = subprocess.run(
            ['unshare', '-m', sys.executable, os.path.abspath(__file__), 'Inside', 'Stopped'],
            env={
                **os.environ,
                _INSIDE: '1',
                'LD_PRELOAD': preloaded,
                'SLOW_DISK': os.path.join(self.folder, 'disks', 'slow'),
                'SLOW_DISK_RATE': os.path.join(self.folder, 'rate'),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        self.assertEqual(inside.returncode, 0, inside.stdout + inside.stderr)
        print(inside.stdout, inside.stderr)


@unittest.skipUnless(os.environ.get(_INSIDE), 'runs in the namespace that another case makes')
class Inside(suite.Case):
    """All disks go bad at once, and are good again."""

    DISKS = ('full', 'gone', 'readonly', 'slow')
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
            f'format={form} segment-duration=1000 fragment-duration=200 queue-duration=1000 '
            f'location={cls.disks.path(disk)}/{form}/%s-%3f.{form}'
        )

    @classmethod
    def _go_through_it(cls):
        cls.disks.spoil(cls._tenth_of_the_rate())
        cls._wait_for_each(cls._disk_is_bad, 'an outage, or a hole')
        cls.viewer.wait_for_more()
        cls.repaired = time.time_ns()
        cls.disks.repair()
        cls._wait_for_each(cls._disk_is_good_again, 'recording again')
        cls.viewer.wait_for_more()
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
        held = sum(packets(os.path.join(entry['folder'], entry['name'])) for entry in self.entries(name))
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

    def test_what_was_written_before_the_disk_was_full_has_its_name(self):
        for form in self.FORMATS:
            if 'full' in self.DISKS:
                self.assertIn('error', [entry['reason'] for entry in self.entries('full-' + form)], form)

    def test_outage_and_its_end_are_told_once(self):
        for name in self.names:
            with self.subTest(name):
                outages = 0 if name.startswith('slow') else 1
                self.assertEqual(self.camera.count(name, 'outage'), outages)
                self.assertEqual(self.camera.count(name, 'resumed'), outages)


@unittest.skipUnless(os.environ.get(_INSIDE), 'runs in the namespace that another case makes')
class Stopped(Inside):
    """Recording ends while the disk is slow: there is no time to write what is queued."""

    DISKS = ('slow-to-the-end',)
    FORMATS = ('mp4',)

    @classmethod
    def _go_through_it(cls):
        cls.disks.slow_down(cls._tenth_of_the_rate())
        cls._wait_for_each(cls._disk_is_bad, 'a hole')
        cls.camera.finish()
        cls.camera.stop()


def nanoseconds(text):
    """Of a time in the index."""
    seconds, fraction = text.rstrip('Z').split('.')
    return int(calendar.timegm(time.strptime(seconds, '%Y-%m-%dT%H:%M:%S'))) * 1_000_000_000 + int(fraction) * 1000


if __name__ == '__main__':
    suite.main()
