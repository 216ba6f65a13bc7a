# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example applications record what they say, and segments are where follow_segment puts them."""

import glob
import json
import os
import re
import subprocess
import sys

from support import suite
from support.deadline import wait_until
from support.pipeline import plugin_environment
from support.process import Process

_SECONDS = 40
# What stands for rclone here: the remote `disk:FOLDER` is a folder.
_RCLONE = """#!/bin/sh
[ "$1" = moveto ] || exit 3
shift
while [ $# -gt 2 ]; do shift 2; done
target=${2#disk:}
mkdir -p "${target%/*}" && exec mv "$1" "$target"
"""


def knows_events():
    found = subprocess.run(['gst-inspect-1.0', 'recordsink'], capture_output=True, text=True, env=plugin_environment(), check=False)
    return 'clip-location' in found.stdout


class Events(suite.Case):
    def setUp(self):
        if not knows_events():
            self.skipTest('this recordsink knows no events')
        self.root = os.path.join(self.folder, self.id().rsplit('.', 1)[-1])

    def start(self, *command, **options):
        process = Process(command, self.folder, os.path.basename(command[-1]), env=plugin_environment(), **options)
        self.addCleanup(process.kill)
        return process

    def check(self, process, event):
        """A clip of the event, and the segment that was written beside it."""
        wait_until(lambda: glob.glob(f'{self.root}/clips/*-{event}.mp4'), _SECONDS, 'the clip')
        self.assertTrue(process.stop(), 'SIGINT was not enough')
        self.assertEqual(process.returncode, 0, process.errors())
        self.assertEqual(process.broken_lines(), [])
        with open(f'{self.root}/clips/index.jsonl', encoding='utf-8') as lines:
            self.assertIn(event, [json.loads(line)['event'] for line in lines])
        self.assertTrue(glob.glob(f'{self.root}/*-*-*/*.mp4'))
        self.assertRegex(process.output(), rf'(?m)^segment .*-{event}\.mp4$')

    def test_event_recorder_writes_clips_by_itself(self):
        self.check(self.start(os.environ['EVENT_RECORDER'], '--folder', self.root), 'ball')

    def test_record_events_writes_a_clip_of_what_it_is_told(self):
        process = self.start(sys.executable, os.environ['RECORD_EVENTS'], '--folder', self.root, stdin=subprocess.PIPE)
        wait_until(lambda: re.search(r'serving rtsp://', process.output()), _SECONDS, 'the URL')
        wait_until(lambda: glob.glob(f'{self.root}/*-*-*/*.part'), _SECONDS, 'the recording')
        for _ in ('begins', 'ends'):
            process.stdin.write(b'door\n')
            process.stdin.flush()
        self.check(process, 'door')

    def run_without_input(self, redirection):
        command = [sys.executable, os.environ['RECORD_EVENTS'], '--folder', self.root, '--seconds', '2']
        return self.start('sh', '-c', f'exec "$0" "$@" {redirection}', *command)

    def test_record_events_says_that_it_has_no_input(self):
        process = self.run_without_input('<&-')
        self.assertEqual(process.wait(_SECONDS), 2)
        self.assertIn('the standard input is closed', process.errors())
        self.assertNotIn('Traceback', process.errors())

    def test_record_events_goes_on_when_its_input_ends(self):
        process = self.run_without_input('</dev/null')
        self.assertEqual(process.wait(_SECONDS), 0, process.errors())
        self.assertEqual(process.errors(), '')
        self.assertTrue(glob.glob(f'{self.root}/*-*-*/*.mp4'))


class Following(suite.Case):
    def test_follow_segment_moves_each_with_its_folders(self):
        programs = os.path.join(self.folder, 'programs')
        os.makedirs(programs)
        with open(os.path.join(programs, 'rclone'), 'w', encoding='utf-8') as file:
            file.write(_RCLONE)
        os.chmod(os.path.join(programs, 'rclone'), 0o755)
        root, target = os.path.join(self.folder, 'rec'), os.path.join(self.folder, 'kept here')
        follow = f"'{os.environ['FOLLOW_SEGMENT']}' '{root}' 'disk:{target}'"
        line = 'videotestsrc num-buffers=75 ! video/x-raw,width=64,height=64,framerate=25/1 ! x264enc key-int-max=25 ! recordsink'
        words = ['segment-duration=1000', f'location={root}/%Y/%i.mp4', f'segment-command={follow}']
        environment = plugin_environment()
        environment['PATH'] = programs + ':' + environment['PATH']
        process = Process(['gst-launch-1.0', *line.split(), *words], self.folder, 'follow', env=environment)
        self.addCleanup(process.kill)
        self.assertEqual(process.wait(_SECONDS), 0, process.errors())
        with open(os.path.join(root, 'index.jsonl'), encoding='utf-8') as lines:
            names = [json.loads(line)['name'] for line in lines]
        self.assertGreater(len(names), 2)
        self.assertEqual(sorted(os.path.relpath(path, target) for path in glob.glob(f'{target}/*/*')), sorted(names))
        self.assertEqual(glob.glob(f'{root}/*/*'), [])

    def test_follow_segment_refuses_what_is_elsewhere(self):
        done = subprocess.run([os.environ['FOLLOW_SEGMENT'], '/var/rec', 'disk:', '/etc/passwd'], capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)

    def test_follow_segment_tells_how_it_is_called(self):
        for arguments in ([], ['/var/rec'], ['/var/rec', 'disk:', '/var/rec/a.mp4', 'more']):
            done = subprocess.run([os.environ['FOLLOW_SEGMENT'], *arguments], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (2, 'usage: follow_segment ROOT REMOTE FILE\n'))


if __name__ == '__main__':
    suite.main()
