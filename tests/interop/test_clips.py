# SPDX-License-Identifier: LGPL-2.1-or-later
"""recordsink's clips of events: where they begin and end, told by the numbers of their decoded pictures."""

import glob
import json
import os
import subprocess
import sys
import unittest

from support import gstreamer, suite
from support.deadline import wait_until
from support.numbered_camera import BASE, PICTURE, RATE, Camera, Gst, first_is_key, numbers

_GOP = 10
_SECONDS = 20
_JOINS = int(os.environ.get('RECORD_SEGMENTS', '50'))


@suite.only_rtspsink
@unittest.skipUnless(Gst, gstreamer.MISSING)
class Clips(suite.Case):
    def setUp(self):
        self.root = os.path.join(self.folder, self.id().rsplit('.', 1)[-1])
        os.makedirs(self.root)

    def clip_lines(self, event):
        with open(os.path.join(self.root, 'index.jsonl'), encoding='utf-8') as lines:
            return [entry for entry in map(json.loads, lines) if entry.get('event') == event]

    def clip(self, event):
        """The index line and the numbers of the only clip."""
        (entry,) = self.clip_lines(event)
        path = os.path.join(self.root, entry['name'])
        self.assertTrue(first_is_key(path))
        seen = numbers(path)
        self.assertEqual(seen, list(range(seen[0], seen[0] + len(seen))))
        return entry, seen

    def number_at(self, text):
        """Which picture was taken at a time of the index."""
        seconds, fraction = text.rstrip('Z').split('.')
        day = subprocess.run(['date', '-u', '-d', seconds + 'Z', '+%s'], capture_output=True, text=True, check=True)
        return (int(day.stdout) * 1_000_000_000 + int(fraction) * 1000 - BASE) / PICTURE

    def check_begin(self, entry, seen, seconds):
        """A key frame, no later than asked, and not a GOP earlier; with its true time."""
        asked = self.number_at(entry['event_start']) - seconds * RATE
        self.assertEqual(seen[0] % _GOP, 0)
        self.assertLessEqual(seen[0], asked)
        self.assertGreater(seen[0], asked - _GOP)
        self.assertAlmostEqual(self.number_at(entry['start']), seen[0], delta=0.5)

    @staticmethod
    def count(camera, name):
        return camera.sink.get_property('stats').get_uint64(name)[1]

    def camera(self, properties):
        return Camera(f'clip-location={self.root}/clip-%{{event}}.mp4 {properties}', _GOP)

    def test_clip_begins_at_the_key_frame_before_and_ends_after_post(self):
        for form in ('mp4', 'ts', 'mkv'):
            with self.subTest(format=form):
                camera = self.camera(f'pre-event=2 format={form} clip-location={self.root}/{form}-%{{event}}.{form}')
                camera.push(103)
                self.assertTrue(camera.sink.emit('start-event', form, 1))
                camera.push(20)
                self.assertTrue(camera.sink.emit('stop-event', form))
                camera.push(60)
                told = camera.end()
                entry, seen = self.clip(form)
                self.check_begin(entry, seen, 2)
                self.assertAlmostEqual(seen[-1], 122 + RATE, delta=2)
                self.assertEqual(entry['reason'], 'event')
                self.assertEqual([message.get_string('event') for message in told], [form])

    def test_clips_overlap_beside_continuous_recording(self):
        camera = self.camera(f'pre-event=1 location={self.root}/all-%i.mp4 segment-duration=2000')
        camera.push(60)
        self.assertTrue(camera.sink.emit('start-event', 'a', 0))
        camera.push(20)
        self.assertTrue(camera.sink.emit('start-event', 'b', 0))
        camera.push(20)
        self.assertTrue(camera.sink.emit('stop-event', 'a'))
        camera.push(30)
        camera.end()
        for name, reason in (('a', 'event'), ('b', 'end')):
            entry, seen = self.clip(name)
            self.check_begin(entry, seen, 1)
            self.assertEqual(entry['reason'], reason)
        everything = [number for path in sorted(glob.glob(self.root + '/all-*')) for number in numbers(path)]
        self.assertEqual(everything, list(range(130)))

    def test_event_that_is_started_again_goes_on(self):
        camera = self.camera('pre-event=1')
        camera.push(40)
        self.assertTrue(camera.sink.emit('start-event', 'door', 1))
        self.assertTrue(camera.sink.emit('stop-event', 'door'))
        camera.push(20)
        self.assertTrue(camera.sink.emit('start-event', 'door', 1))
        camera.push(50)
        self.assertTrue(camera.sink.emit('stop-event', 'door'))
        camera.push(60)
        self.assertFalse(camera.sink.emit('stop-event', 'door'))
        camera.end()
        _, seen = self.clip('door')
        self.assertAlmostEqual(seen[-1], 109 + RATE, delta=2)

    def test_memory_is_bounded_by_bytes_and_an_event_at_the_start_has_what_there_is(self):
        camera = self.camera('pre-event=1000 pre-event-bytes=5000')
        self.assertTrue(camera.sink.emit('start-event', 'first', 0))
        camera.push(100)
        self.assertLessEqual(camera.sink.get_property('stats').get_uint64('pre-event-bytes')[1], 5000)
        self.assertTrue(camera.sink.emit('start-event', 'second', 0))
        camera.push(10)
        camera.end()
        _, seen = self.clip('first')
        self.assertEqual(seen, list(range(110)))
        _, seen = self.clip('second')
        self.assertEqual(seen[0] % _GOP, 0)
        self.assertGreater(seen[0], 0)

    def test_names_of_ids_stay_in_the_folder(self):
        ids = ('../../up', '/etc/x', '..', 'a b', '.hidden', '%i%s', 'x' * 500)
        camera = self.camera('pre-event=1')
        camera.push(10)
        for name in ids:
            self.assertTrue(camera.sink.emit('start-event', name, 0))
        camera.push(10)
        self.assertFalse(camera.sink.emit('start-event', '', 0))
        camera.end()
        self.assertEqual(len(glob.glob(self.root + '/clip-*.mp4')), len(ids))
        self.assertEqual(len(os.listdir(self.root)), len(ids) + 1)
        for name in ids:
            self.clip(name)

    def test_retention_leaves_clips_alone(self):
        """Of names as the segments have, even."""
        names = f'clip-location={self.root}/%{{event}}.mp4 location={self.root}/%i.mp4'
        camera = self.camera(f'pre-event=1 {names}')
        camera.push(60)
        self.assertTrue(camera.sink.emit('start-event', '1000', 0))
        camera.push(30)
        camera.end()
        # Finds both in the index.
        camera = self.camera(f'{names} segment-duration=1000 max-total-bytes=1')
        camera.push(100)
        wait_until(lambda: self.count(camera, 'removed-segments') > 1, _SECONDS, 'segments being removed')
        camera.end()
        self.clip('1000')

    def test_long_event_goes_on_in_another_file_without_a_gap(self):
        camera = self.camera('pre-event=1 clip-duration=2000')
        camera.push(30)
        self.assertTrue(camera.sink.emit('start-event', 'long', 0))
        camera.push(120)
        camera.end()
        entries = self.clip_lines('long')
        self.assertEqual([entry['reason'] for entry in entries], ['limit'] * (len(entries) - 1) + ['end'])
        seen = [number for entry in entries for number in numbers(os.path.join(self.root, entry['name']))]
        self.assertGreater(len(entries), 1)
        self.assertEqual(seen, list(range(seen[0], 150)))

    def test_nothing_is_begun_where_nothing_is_recorded(self):
        sink = Gst.ElementFactory.make('recordsink')
        self.assertFalse(sink.emit('start-event', 'a', 0))
        self.assertFalse(sink.emit('stop-event', 'a'))


@suite.only_rtspsink
@unittest.skipUnless(Gst, gstreamer.MISSING)
class Joins(suite.Case):
    def test_no_picture_is_lost_or_doubled_between_segments(self):
        for form in ('mp4', 'ts', 'mkv'):
            with self.subTest(format=form):
                camera = Camera(f'format={form} segment-duration=400 location={self.folder}/{form}/%05i.{form}', _GOP)
                for _ in range(_JOINS):
                    camera.push(_GOP)
                told = camera.end()
                paths = sorted(glob.glob(f'{self.folder}/{form}/*.{form}'))
                self.assertEqual(len(paths), len(told))
                self.assertGreaterEqual(len(paths), _JOINS)
                seen = [number for path in paths for number in numbers(path)]
                self.assertEqual(seen, list(range(_JOINS * _GOP)))


if __name__ == '__main__':
    sys.exit(suite.main())
