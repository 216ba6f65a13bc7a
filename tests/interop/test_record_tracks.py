# SPDX-License-Identifier: LGPL-2.1-or-later
"""recordsink's tracks that stop, begin late, end early, or never have a key frame, while others go on."""

import glob
import itertools
import json
import os
import subprocess
import sys
import unittest

from support import gstreamer, pipeline, stream, suite
from support.deadline import wait_until
from support.process import Process

Gst = gstreamer.load()

_SECONDS = 20
_RATE = 25
_VIDEO = (
    f'videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate={_RATE}/1 '
    f'! x264enc tune=zerolatency speed-preset=ultrafast key-int-max={_RATE} ! h264parse ! tee name=video'
)
_AUDIO = 'audiotestsrc is-live=true ! opusenc ! tee name=audio'


def decode(path):
    command = ['ffmpeg', '-v', 'error', '-xerror', '-i', path, '-f', 'null', '-']
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f'{path}: {done.stderr}')


def _tell(path, field):
    """That of each stream that has packets."""
    command = ['ffprobe', '-v', 'error', '-count_packets', '-show_entries', f'stream={field},nb_read_packets', '-of', 'json']
    streams = json.loads(subprocess.run([*command, path], capture_output=True, check=True, timeout=_SECONDS).stdout)
    return [each[field] for each in streams['streams'] if int(each.get('nb_read_packets', 0)) > 0]


def media(path):
    return set(_tell(path, 'codec_type'))


def pictures(path):
    command = ['ffprobe', '-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=flags', '-of', 'csv=p=0', path]
    return len(subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS).stdout.splitlines())


class Gate:
    """What of a stream a recordsink gets: `passes(number, buffer)` decides for each buffer."""

    def __init__(self, passes):
        self._passes = passes
        self._number = 0

    def __call__(self, _, info):
        self._number += 1
        passes = self._passes(self._number - 1, info.get_buffer())
        return Gst.PadProbeReturn.OK if passes else Gst.PadProbeReturn.DROP


def is_key(buffer):
    return not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)


def come_again(line, gate, end, again):
    """Behind that identity the stream ends before a buffer, and a new one begins with another."""
    entry, source = (line.get_by_name(gate).get_static_pad(name) for name in ('sink', 'src'))
    sink = source.get_peer()
    numbers = itertools.count()

    def pass_on(*_):
        number = next(numbers)
        if number == end:
            sink.send_event(Gst.Event.new_eos())
        elif number == again:
            sink.send_event(Gst.Event.new_stream_start('again'))
            sink.send_event(Gst.Event.new_caps(source.get_current_caps()))
            sink.send_event(Gst.Event.new_segment(source.get_sticky_event(Gst.EventType.SEGMENT, 0).parse_segment()))
        return Gst.PadProbeReturn.DROP if end <= number < again else Gst.PadProbeReturn.OK

    entry.add_probe(Gst.PadProbeType.BUFFER, pass_on)


@suite.only_rtspsink
@unittest.skipUnless(Gst, gstreamer.MISSING)
class Tracks(suite.Case):
    """All at the same time, from one camera."""

    # Name, format, what of the video and of the audio is passed on; an audio packet has 20 ms.
    CASES = (
        ('audio-stops-mp4', 'mp4', lambda n, b: True, lambda n, b: n < 60),
        ('audio-stops-ts', 'ts', lambda n, b: True, lambda n, b: n < 60),
        ('audio-stops-mkv', 'mkv', lambda n, b: True, lambda n, b: n < 60),
        ('audio-never-comes', 'mp4', lambda n, b: True, lambda n, b: False),
        ('video-stops', 'mp4', lambda n, b: n < 40, lambda n, b: True),
        ('video-is-late', 'mkv', lambda n, b: n > 80, lambda n, b: True),
        ('audio-is-late', 'mkv', lambda n, b: True, lambda n, b: n > 160),
        ('no-key-frame', 'mkv', lambda n, b: not is_key(b), lambda n, b: True),
        ('audio-ends', 'mp4', lambda n, b: True, lambda n, b: n < 60),
        ('video-ends', 'mp4', lambda n, b: n < 40, lambda n, b: True),
        ('audio-comes-again', 'mp4', lambda n, b: True, lambda n, b: True),
        ('video-comes-again', 'mkv', lambda n, b: True, lambda n, b: True),
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        line = f'{_VIDEO} {_AUDIO}'
        for name, form, *_ in cls.CASES:
            line += (
                f' recordsink name={name} format={form} segment-duration=1000 location={cls._folder}/{name}/%03i.{form}'
                f' video. ! identity name={name}-0 ! {name}. audio. ! identity name={name}-1 ! {name}.'
            )
        cls.pipeline = Gst.parse_launch(line)
        for name, _, *gates in cls.CASES:
            for number, passes in enumerate(gates):
                pad = cls.pipeline.get_by_name(name).get_static_pad(f'sink_{number}')
                pad.add_probe(Gst.PadProbeType.BUFFER, Gate(passes))
        for name, pad in (('audio-ends', 'sink_1'), ('video-ends', 'sink_0')):
            cls._end_at(cls.pipeline.get_by_name(name).get_static_pad(pad), 70 if pad == 'sink_1' else 45)
        come_again(cls.pipeline, 'audio-comes-again-1', 60, 110)
        come_again(cls.pipeline, 'video-comes-again-0', 40, 60)
        cls.told = {name: [] for name, *_ in cls.CASES}
        bus = cls.pipeline.get_bus()
        bus.set_sync_handler(cls._take_message)
        cls.pipeline.set_state(Gst.State.PLAYING)
        try:
            wait_until(cls._has_enough, _SECONDS, 'segments of each')
        except AssertionError as error:
            raise AssertionError({name: len(segments) for name, segments in cls.told.items()}) from error
        finally:
            cls.pipeline.set_state(Gst.State.NULL)

    @staticmethod
    def _end_at(pad, count):
        seen = []

        def end(_, _info):
            seen.append(None)
            if len(seen) != count:
                return Gst.PadProbeReturn.DROP if len(seen) > count else Gst.PadProbeReturn.OK
            pad.send_event(Gst.Event.new_eos())
            return Gst.PadProbeReturn.DROP

        pad.add_probe(Gst.PadProbeType.BUFFER, end)

    @classmethod
    def _take_message(cls, _, message):
        structure = message.get_structure()
        if message.type == Gst.MessageType.ELEMENT and structure.get_name() == 'segment':
            cls.told[message.src.get_name()].append(structure.to_string())
        return Gst.BusSyncReply.DROP

    @classmethod
    def _has_enough(cls):
        """The longest wait is for video that stopped: four seconds, and then some of sound alone."""
        return all(len(segments) >= 6 for segments in cls.told.values())

    def tracks(self, name):
        """What is in the first files and in the last that was not cut short by the end of the test; they play."""
        paths = [path for path in sorted(glob.glob(f'{self.folder}/{name}/*.*')) if not path.endswith('.jsonl')]
        some = [paths[0], paths[1], paths[-2]]
        for path in some:
            decode(path)
        return [media(path) for path in some]

    def entries(self, name):
        with open(f'{self.folder}/{name}/index.jsonl', encoding='utf-8') as lines:
            return [json.loads(line) for line in lines]

    def test_video_goes_on_without_audio(self):
        for name in ('audio-stops-mp4', 'audio-stops-ts', 'audio-stops-mkv', 'audio-ends'):
            with self.subTest(name):
                tracks = self.tracks(name)
                self.assertEqual(tracks[0], {'video', 'audio'})
                self.assertEqual(tracks[-1], {'video'})
                self.assertTrue(all('video' in present for present in tracks))
                self.assertEqual(sum(entry['holes'] for entry in self.entries(name)), 0)

    def test_audio_goes_on_without_video(self):
        for name in ('video-stops', 'video-ends'):
            with self.subTest(name):
                tracks = self.tracks(name)
                self.assertEqual(tracks[0], {'video', 'audio'})
                self.assertEqual(tracks[-1], {'audio'})
                self.assertTrue(all('audio' in present for present in tracks))

    def test_what_comes_late_begins_a_file(self):
        for name, early in (('video-is-late', 'audio'), ('audio-is-late', 'video')):
            with self.subTest(name):
                tracks = self.tracks(name)
                self.assertEqual(tracks[0], {early})
                self.assertEqual(tracks[-1], {'video', 'audio'})

    def test_what_ended_and_comes_again_is_in_a_file_again(self):
        for name in ('audio-comes-again', 'video-comes-again'):
            with self.subTest(name):
                tracks = self.tracks(name)
                self.assertEqual(tracks[0], {'video', 'audio'})
                self.assertEqual(tracks[-1], {'video', 'audio'})
                self.assertLessEqual(sum(entry['holes'] for entry in self.entries(name)), 1)

    def test_what_never_comes_is_not_waited_for(self):
        self.assertEqual(set(map(frozenset, self.tracks('audio-never-comes'))), {frozenset({'video'})})
        self.assertEqual(set(map(frozenset, self.tracks('no-key-frame'))), {frozenset({'audio'})})


@suite.only_rtspsink
@unittest.skipUnless(Gst, gstreamer.MISSING)
class Again(suite.Case):
    def test_video_that_ended_and_comes_again_holds_nothing_up(self):
        line = Gst.parse_launch(
            f'{_VIDEO.replace("is-live=true", "num-buffers=200")} ! identity name=gate '
            f'! recordsink name=r queue-bytes=10000 location={self.folder}/%i.mp4 audiotestsrc num-buffers=400 samplesperbuffer=960 ! opusenc ! r.'
        )
        come_again(line, 'gate', 2 * _RATE, 3 * _RATE)
        line.set_state(Gst.State.PLAYING)
        message = line.get_bus().timed_pop_filtered(_SECONDS * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        line.set_state(Gst.State.NULL)
        self.assertTrue(message, 'no end')
        self.assertEqual(message.type, Gst.MessageType.EOS)
        paths = glob.glob(f'{self.folder}/*.mp4')
        for path in paths:
            decode(path)
        # A GOP more may be missing, as the new stream may begin in one.
        self.assertIn(sum(pictures(path) for path in paths), range(6 * _RATE, 7 * _RATE + 1))


@suite.only_rtspsink
class Sounds(suite.Case):
    def test_two_of_them_are_in_each_file(self):
        for form in ('mp4', 'ts', 'mkv'):
            with self.subTest(form):
                line = (
                    f'{_VIDEO.replace("is-live=true", "num-buffers=50")} ! recordsink name=r format={form} '
                    f'segment-duration=1000 location={self.folder}/%i.{form} '
                    'audiotestsrc num-buffers=87 ! audio/x-raw,rate=48000 ! opusenc ! r. '
                    'audiotestsrc num-buffers=87 ! audio/x-raw,rate=44100 ! avenc_aac ! r.'
                )
                process = Process(['gst-launch-1.0', *stream.split_line(line)], self.folder, form, env=pipeline.plugin_environment())
                self.addCleanup(process.kill)
                self.assertEqual(process.wait(_SECONDS), 0, process.errors())
                self.assertEqual(process.broken_lines(), [])
                paths = sorted(glob.glob(f'{self.folder}/*.{form}'))
                self.assertEqual(len(paths), 2)
                for path in paths:
                    decode(path)
                    self.assertEqual(sorted(_tell(path, 'codec_name')), ['aac', 'h264', 'opus'])


if __name__ == '__main__':
    sys.exit(suite.main())
