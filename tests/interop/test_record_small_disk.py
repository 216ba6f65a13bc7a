# SPDX-License-Identifier: LGPL-2.1-or-later
"""recordsinks on a disk with room for a few seconds."""

import glob
import json
import os
import subprocess
import unittest

from support import gstreamer, suite
from support.bad_disks import load_outside, mount, run_inside, runs_inside
from support.deadline import wait_until

Gst = gstreamer.load()

_SECONDS = 40


@suite.only_rtspsink
@unittest.skipUnless(Gst, gstreamer.MISSING)
class SmallDisk(suite.Case):
    def test_it_never_gets_full(self):
        run_inside(self, __file__, 'Small')


@runs_inside
class Small(suite.Case):
    """A disk for a few seconds of what is recorded."""

    _SIZE = 3 << 20
    _FREE = 2 << 20  # three seconds of the camera, for a busy machine

    def setUp(self):
        self.root = os.path.join(self.folder, 'small')
        os.makedirs(self.root)
        mount(f'size={self._SIZE}', self.root)
        self.addCleanup(subprocess.run, ['umount', '-l', self.root], check=True)

    def _record(self):
        """What was told until twice the disk was removed."""
        line = Gst.parse_launch(
            'videotestsrc is-live=true pattern=snow ! video/x-raw,width=320,height=240,framerate=25/1 '
            '! x264enc tune=zerolatency speed-preset=ultrafast bitrate=5000 key-int-max=5 '
            f'! recordsink name=r segment-bytes=200000 min-free-bytes={self._FREE} location={self.root}/%i.mp4'
        )
        told = []
        line.get_bus().set_sync_handler(lambda _, message: told.append(message.get_structure()) or Gst.BusSyncReply.DROP)
        line.set_state(Gst.State.PLAYING)
        sink = line.get_by_name('r')
        wait_until(
            lambda: sink.get_property('stats').get_uint64('removed-bytes').value > self._SIZE, _SECONDS, 'segments being removed'
        )
        line.set_state(Gst.State.NULL)
        return [structure for structure in told if structure]

    def test_disk_never_gets_full(self):
        told = self._record()
        names = {structure.get_name() for structure in told}
        self.assertNotIn('outage', names)
        self.assertEqual({structure.get_string('bound') for structure in told if structure.get_name() == 'removed'}, {'free'})
        with open(f'{self.root}/index.jsonl', encoding='utf-8') as lines:
            listed = [json.loads(line) for line in lines]
        self.assertEqual(sorted(glob.glob(f'{self.root}/*.mp4')), sorted(f'{self.root}/{entry["name"]}' for entry in listed))
        self.assertLessEqual(sum(entry['bytes'] for entry in listed), self._SIZE - self._FREE)

load_tests = load_outside(SmallDisk)

if __name__ == '__main__':
    suite.main()
