# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether sound and picture stay together over a long recording, and the joins of its segments lose nothing.

Nothing is live, so minutes take seconds. The whole day: RECORD_DRIFT_SECONDS=86400.
"""

import array
import glob
import json
import os
import subprocess

from support import pipeline, players, stream, suite
from support.ffmpeg import EACH_PICTURE
from support.process import Process

_SECONDS = int(os.environ.get('RECORD_DRIFT_SECONDS', '100'))
_RATE = 48000
_FRAME = 1001 / 30000  # no multiple of anything that the muxers count in
_FRAMES = int(_SECONDS / _FRAME)
_BOUND = 0.010  # asked for are 20 ms; a packet of sound has 20, a file that forgets where it begins is off by up to that
_LOUD = 3000
# The encoder's delay is in the sound as a constant.
_LARGEST_OFFSET = 0.060
_PATIENCE = 100 + _SECONDS


def _run(*words):
    done = subprocess.run(words, capture_output=True, check=False, timeout=_PATIENCE)
    if done.returncode != 0:
        raise AssertionError(f'{words}: {done.stderr.decode()}')
    return done.stdout


def _frame_times(path):
    """When the pictures of a file are shown."""
    text = _run('ffmpeg', '-v', 'error', '-i', path, '-map', '0:v', *EACH_PICTURE, '-f', 'framemd5', '-').decode()
    base = next(line for line in text.splitlines() if line.startswith('#tb')).split()[-1].split('/')
    lines = [line.split(',') for line in text.splitlines() if not line.startswith('#')]
    return [int(fields[2]) * int(base[0]) / int(base[1]) for fields in lines]


def _tick_time(path):
    """When the first whole tick of a file begins to sound."""
    pad = f'aresample={_RATE}:first_pts=0:async=1'
    # With the picture, or ffmpeg takes the beginning of the sound for that of the file.
    both = ['-map', '0:v', '-f', 'null', '/dev/null', '-map', '0:a', '-af', pad, '-ac', '1', '-f', 's16le', '-']
    sound = array.array('h', _run('ffmpeg', '-v', 'error', '-i', path, *both))
    silence = _RATE // 4
    quiet = 0
    for position, sample in enumerate(sound):
        if abs(sample) <= _LOUD:
            quiet += 1
        elif quiet >= silence:
            return position / _RATE
        else:
            quiet = 0
    raise AssertionError(f'{path}: no tick in {len(sound) / _RATE} s')


def _offset(path, frames_before):
    """How much later sound is than the picture of the same moment."""
    picture_zero = _frame_times(path)[0] - frames_before * _FRAME  # where the picture of second 0 would be
    late = _tick_time(path) - picture_zero
    return late - round(late)


@suite.only_rtspsink
class Drift(suite.Case):
    def setUp(self):
        if lacking := players.missing('ffmpeg'):
            self.skipTest(f'not installed: {lacking}')

    def _record(self, suffix):
        folder = os.path.join(self.folder, suffix)
        sound = f'audiotestsrc wave=ticks samplesperbuffer=960 num-buffers={_SECONDS * 50} ! audio/x-raw,rate={_RATE},channels=1'
        line = (
            f'videotestsrc num-buffers={_FRAMES} ! video/x-raw,width=32,height=32,framerate=30000/1001 '
            '! x264enc speed-preset=ultrafast tune=zerolatency key-int-max=30 '
            f'! recordsink name=r format={suffix} segment-duration=2000 location={folder}/%06i.{suffix} '
            f'{sound} ! opusenc complexity=0 ! r.'
        )
        process = Process(
            ['gst-launch-1.0', *stream.split_line(line)], self.folder, suffix, env=pipeline.plugin_environment()
        )
        self.addCleanup(process.kill)
        self.assertEqual(process.wait(_PATIENCE), 0, process.errors())
        self.assertEqual(process.broken_lines(), [])
        return folder

    def _check(self, suffix):
        folder = self._record(suffix)
        files = sorted(glob.glob(f'{folder}/*.{suffix}'))
        self.assertGreater(len(files), _SECONDS / 4)
        names = os.path.join(folder, 'list')
        with open(names, 'w', encoding='utf-8') as listing:
            listing.writelines(f"file '{path}'\n" for path in files)
        joined = ['-v', 'error', '-f', 'concat', '-safe', '0', '-i', names]
        frames = _run('ffmpeg', *joined, '-map', '0:v', '-c', 'copy', '-f', 'framecrc', '-').decode().splitlines()
        frames = [line for line in frames if not line.startswith('#')]
        self.assertEqual(len(frames), _FRAMES, 'the joins lose or double frames')
        head = [len(_frame_times(path)) for path in files[:6]]
        offsets = [_offset(files[i], sum(head[:i])) for i in (1, 2, 5)]
        # The last may be too short to hold a tick.
        tail = files[-3:]
        offsets.append(_offset(tail[0], _FRAMES - sum(len(_frame_times(path)) for path in tail)))
        self.assertLess(abs(offsets[0]), _LARGEST_OFFSET)
        self.assertLess(max(offsets) - min(offsets), _BOUND, f'{suffix}: how late sound is, from segment 1 to the end: {offsets}')
        self._check_index(folder)

    def _check_index(self, folder):
        """In capture time each segment begins where the one before ends."""
        with open(os.path.join(folder, 'index.jsonl'), encoding='utf-8') as lines:
            entries = [json.loads(line) for line in lines]
        for before, after in zip(entries, entries[1:]):
            seconds = [float(text.rsplit(':', 1)[1].rstrip('Z')) for text in (before['end'], after['start'])]
            self.assertLess(min((seconds[1] - seconds[0]) % 60, (seconds[0] - seconds[1]) % 60), _BOUND)

    def test_mp4(self):
        self._check('mp4')

    def test_mkv(self):
        self._check('mkv')

    def test_ts(self):
        self._check('ts')


if __name__ == '__main__':
    suite.main()
