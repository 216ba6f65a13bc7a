# SPDX-License-Identifier: LGPL-2.1-or-later
"""recordsink's tracks of KLV and subtitles, which come now and then, beside video in segments."""

import collections
import glob
import json
import os
import subprocess
import sys
import unittest

from support import gstreamer, suite
from support.deadline import Deadline, spend

Gst = gstreamer.load()

_SECONDS = 20
_RATE = 25
_PICTURES = 6 * _RATE
_CAMERA = (
    f'videotestsrc name=camera num-buffers={_PICTURES} ! video/x-raw,width=64,height=64,framerate={_RATE}/1 '
    '! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! h264parse'
)
_CAPS = {'ts': 'meta/x-klv,parsed=true', 'mkv': 'text/x-raw,format=utf8', 'mp4': 'text/x-raw,format=utf8'}
_KIND = {'ts': 'data', 'mkv': 'subtitle', 'mp4': 'subtitle'}
# Seconds: together, at the cut between two files, after a long pause, and at the very end.
_TIMES = (0.1, 0.2, 1.0, 1.02, 4.9, 5.5, 5.9)
_DURATION = 0.3
_KEY = bytes.fromhex('060e2b34020b01010e01030101000000')

Told = collections.namedtuple('Told', 'segments holes')


def unit(form, number):
    """KLV (SMPTE 336M) of different lengths, or a line."""
    if form != 'ts':
        return f'line {number}: är ön'.encode()
    value = bytes((number + at) % 256 for at in range(7 + 900 * number))
    length = bytes([len(value)]) if len(value) < 128 else b'\x82' + len(value).to_bytes(2, 'big')
    return _KEY + length + value


def in_file(form, data):
    """What ffprobe may show of it. A timed text sample begins with its length (3GPP TS 26.245). ffmpeg 6.1 takes the
    first five bytes of KLV in MPEG-TS for the head of a metadata access unit, which GStreamer writes without."""
    if form == 'mp4':
        return (len(data).to_bytes(2, 'big') + data,)
    return (data, data[5:]) if form == 'ts' else (data,)


def streams(path):
    """By kind the packets: when they are shown, and what is in them. What is empty, between lines in MP4, is left out."""
    command = ['ffprobe', '-v', 'error', '-show_data', '-of', 'json']
    command += ['-show_entries', 'stream=index,codec_type:packet=stream_index,pts_time,size,data', path]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS).stdout)
    kinds = {stream['index']: stream['codec_type'] for stream in found['streams']}
    packets = {kind: [] for kind in kinds.values()}
    for packet in found['packets']:
        if int(packet['size']) > 2:
            packets[kinds[packet['stream_index']]].append((float(packet['pts_time']), from_dump(packet['data'])))
    return packets


def from_dump(text):
    """Lines of an offset, sixteen bytes in hex, and the same as text."""
    return b''.join(bytes.fromhex(line[10:49]) for line in text.splitlines() if line)


def times_in_file(form, times):
    """MP4 has one line at a time: what begins before the one before is over is shown after it."""
    shown, until = [], 0
    for time in times:
        begin = max(time, until) if form == 'mp4' else time
        shown.append(begin)
        until = max(time + _DURATION, begin + 0.1)
    return shown


@suite.only_rtspsink
@unittest.skipUnless(Gst, gstreamer.MISSING)
class SparseTracks(suite.Case):
    def _run(self, line, feed):
        """The pipeline to its end, with what `feed` pushes; what each sink told."""
        line = Gst.parse_launch(line)
        told = collections.defaultdict(lambda: Told([], []))
        line.set_state(Gst.State.PLAYING)
        try:
            feed(line)
            types = Gst.MessageType.ELEMENT | Gst.MessageType.EOS | Gst.MessageType.ERROR | Gst.MessageType.WARNING
            deadline = Deadline(_SECONDS, 'the end')
            while message := line.get_bus().timed_pop_filtered(int(deadline.check() * Gst.SECOND), types):
                if message.type == Gst.MessageType.EOS:
                    return told
                structure = message.get_structure()
                self.assertEqual(message.type, Gst.MessageType.ELEMENT, structure.to_string())
                getattr(told[message.src.get_name()], structure.get_name() + 's').append(structure)
        finally:
            line.set_state(Gst.State.NULL)
        raise AssertionError('no end')

    def _sink(self, form, name):
        return f'recordsink name={name} format={form} segment-duration=1000 location={self.folder}/{name}/%03i.{form}'

    def _check_video(self, form, name, told):
        """Whole, in several files, all with the track; gives what is in them."""
        files = [streams(path) for path in sorted(glob.glob(f'{self.folder}/{name}/*.{form}'))]
        self.assertEqual(sum(len(packets['video']) for packets in files), _PICTURES)
        self.assertEqual(len(files), len(told.segments))
        self.assertGreaterEqual(len(files), 4)
        self.assertEqual([hole.to_string() for hole in told.holes], [])
        return files

    def _check(self, form, name, told, times):
        """Each unit is in one file, as it was sent, and where it belongs."""
        found, errors = [], []
        expected = iter(times_in_file(form, times))
        for packets, segment in zip(self._check_video(form, name, told), told.segments, strict=True):
            start = segment.get_int64('start').value - told.segments[0].get_int64('start').value
            for time, packet in packets[_KIND[form]]:
                found.append(packet)
                errors.append(start / 1e9 + time - packets['video'][0][0] - next(expected, 0))
        self.assertEqual(len(found), len(times))
        for number, packet in enumerate(found):
            self.assertIn(packet, in_file(form, unit(form, number)))
        self.assertLess(max(errors) - min(errors), 0.1, errors)

    def test_files(self):
        """All at once: nothing is live."""
        for form, caps in _CAPS.items():
            with self.subTest(form):
                name = 'file-' + form

                def feed(line, form=form):
                    source = line.get_by_name('data')
                    for number, time in enumerate(_TIMES):
                        buffer = Gst.Buffer.new_wrapped(unit(form, number))
                        buffer.pts = int(time * Gst.SECOND)
                        buffer.duration = int(_DURATION * Gst.SECOND)
                        source.emit('push-buffer', buffer)
                    source.emit('end-of-stream')

                line = f'{_CAMERA} ! {self._sink(form, name)} appsrc name=data format=time caps={caps} ! {name}.'
                self._check(form, name, self._run(line, feed)[name], _TIMES)

    def test_live(self):
        """Those to which data come now and then, and those to which none ever come, from one camera."""
        line = _CAMERA.replace('name=camera', 'is-live=true') + ' ! tee name=video'
        for form, caps in _CAPS.items():
            for name in (f'some-{form}', f'none-{form}'):
                line += f' {self._sink(form, name)} video. ! {name}.'
                line += f' appsrc name=data-{name} is-live=true do-timestamp=true format=time caps={caps} ! {name}.'
        times = collections.defaultdict(list)

        def feed(line):
            for form in _CAPS:
                pad = line.get_by_name(f'data-some-{form}').get_static_pad('src')
                pad.add_probe(Gst.PadProbeType.BUFFER, self._note, times[form])
            self._push_in_time(line)

        told = self._run(line, feed)
        for form in _CAPS:
            with self.subTest(form):
                self._check(form, f'some-{form}', told[f'some-{form}'], times[form])
                files = self._check_video(form, f'none-{form}', told[f'none-{form}'])
                self.assertEqual([packets.get(_KIND[form], []) for packets in files], [[]] * len(files))

    @staticmethod
    def _note(_, info, times):
        times.append(info.get_buffer().pts / Gst.SECOND)
        return Gst.PadProbeReturn.OK

    @staticmethod
    def _push_in_time(line):
        begun = 0
        for number, time in enumerate(_TIMES):
            spend(time - begun)
            begun = time
            for form in _CAPS:
                buffer = Gst.Buffer.new_wrapped(unit(form, number))
                buffer.duration = int(_DURATION * Gst.SECOND)
                line.get_by_name(f'data-some-{form}').emit('push-buffer', buffer)
        for form in _CAPS:
            for name in ('some', 'none'):
                line.get_by_name(f'data-{name}-{form}').emit('end-of-stream')


if __name__ == '__main__':
    sys.exit(suite.main())
