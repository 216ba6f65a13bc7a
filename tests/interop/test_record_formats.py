# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each codec that recordsink takes, in each format that takes it: every file, and a clip from the middle, is decoded."""

import glob
import os
import subprocess
import sys
import unittest

from support import gstreamer, stream, suite
from support.ffmpeg import EACH_PICTURE

Gst = gstreamer.load()

_SECONDS = 30
_RATE = 25
_GOP = 25
_PICTURES = 3 * _GOP
_EVENT = _PICTURES * Gst.SECOND // _RATE // 2 if Gst else 0
_RAW = f'videotestsrc num-buffers={_PICTURES} ! video/x-raw,width=64,height=64,framerate={_RATE}/1'
_H264 = f'{_RAW} ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max={_GOP}'
# Headers of what a network gives stand in the SDP only.
_VIDEO = {
    'h264': (_H264, ('mp4', 'ts', 'mkv')),
    'h264-rtp': (f'{_H264} ! rtph264pay ! rtph264depay', ('mp4', 'ts', 'mkv')),
    'h265': (f'{_RAW} ! x265enc tune=zerolatency speed-preset=ultrafast key-int-max={_GOP}', ('mp4', 'ts', 'mkv')),
    'h265-rtp': (
        f'{_RAW} ! x265enc tune=zerolatency speed-preset=ultrafast key-int-max={_GOP} ! rtph265pay ! rtph265depay',
        ('mp4', 'ts', 'mkv'),
    ),
    'av1': (f'{_RAW} ! av1enc cpu-used=8 usage-profile=realtime keyframe-max-dist={_GOP}', ('mp4', 'mkv')),
    'vp9': (f'{_RAW} ! vp9enc deadline=1 keyframe-max-dist={_GOP}', ('mp4', 'mkv')),
    'vp9-rtp': (f'{_RAW} ! vp9enc deadline=1 keyframe-max-dist={_GOP} ! rtpvp9pay ! rtpvp9depay', ('mp4', 'mkv')),
    'vp8': (f'{_RAW} ! vp8enc deadline=1 keyframe-max-dist={_GOP}', ('mkv',)),
    'jpeg': (f'{_RAW} ! jpegenc', ('mkv',)),
    'mpeg4': (f'{_RAW} ! avenc_mpeg4 gop-size={_GOP}', ('mp4', 'ts', 'mkv')),
    'mpeg4-rtp': (f'{_RAW} ! avenc_mpeg4 gop-size={_GOP} ! rtpmp4vpay ! rtpmp4vdepay', ('mp4', 'ts', 'mkv')),
    'mpeg2': (f'{_RAW} ! mpeg2enc format=3 sequence-header-every-gop=true', ('ts', 'mkv')),
    'mpeg1': (f'{_RAW} ! mpeg2enc format=0 sequence-header-every-gop=true', ('ts', 'mkv')),
}
_TONE = 'audiotestsrc num-buffers=150 samplesperbuffer={} ! audio/x-raw,rate={},channels=1'
_SOUND = {
    'aac': (_TONE.format(960, 48000) + ' ! avenc_aac', ('mp4', 'ts', 'mkv')),
    'mp3': (_TONE.format(960, 48000) + ' ! lamemp3enc', ('mp4', 'ts', 'mkv')),
    'opus': (_TONE.format(960, 48000) + ' ! opusenc', ('mp4', 'ts', 'mkv')),
    'ac3': (_TONE.format(960, 48000) + ' ! avenc_ac3', ('ts', 'mkv')),
    'flac': (_TONE.format(960, 48000) + ' ! flacenc blocksize=960', ('mkv',)),
    'alaw': (_TONE.format(160, 8000) + ' ! alawenc', ('mkv',)),
    'mulaw': (_TONE.format(160, 8000) + ' ! mulawenc', ('mkv',)),
}


def decode(path, *output):
    """What a full decode gives; it must not complain."""
    command = ['ffmpeg', '-v', 'error', '-xerror', '-i', path, *output, '-']
    done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f'{path}: {done.stderr}')
    return done.stdout


def pictures(path):
    lines = decode(path, '-map', '0:v', *EACH_PICTURE, '-f', 'framemd5').splitlines()
    return sum(not line.startswith(b'#') for line in lines)


def seconds_of_sound(path):
    rate = 8000
    samples = decode(path, '-map', '0:a', '-af', 'asetpts=N/SR/TB', '-ac', '1', '-ar', str(rate), '-f', 's16le')
    return len(samples) / 2 / rate


@suite.only_rtspsink
@unittest.skipUnless(Gst, gstreamer.MISSING)
class Formats(suite.Case):
    def record(self, name, form, chain, others=''):
        """The segments and the clip of an event in the middle of a stream that plays to its end."""
        missing = stream.missing_elements(f'{chain} {others}')
        if missing:
            self.skipTest(f'{", ".join(missing)} is not installed')
        folder = os.path.join(self.folder, f'{name}-{form}')
        line = Gst.parse_launch(
            f'{chain} ! recordsink name=r format={form} segment-duration=1000 pre-event=0 location={folder}/%i.{form} '
            f'clip-location={folder}/clip/%{{event}}.{form} {others}'
        )
        sink = line.get_by_name('r')
        sink.get_static_pad('sink_0').add_probe(Gst.PadProbeType.BUFFER, self._begin_event, sink)
        line.set_state(Gst.State.PLAYING)
        types = Gst.MessageType.EOS | Gst.MessageType.ERROR | Gst.MessageType.WARNING
        message = line.get_bus().timed_pop_filtered(_SECONDS * Gst.SECOND, types)
        line.set_state(Gst.State.NULL)
        self.assertTrue(message, 'no end')
        self.assertEqual(message.type, Gst.MessageType.EOS, message.get_structure())
        return sorted(glob.glob(f'{folder}/*.{form}')), f'{folder}/clip/event.{form}'

    @staticmethod
    def _begin_event(_, info, sink):
        if info.get_buffer().pts >= _EVENT:
            sink.emit('start-event', 'event', 0)
            return Gst.PadProbeReturn.REMOVE
        return Gst.PadProbeReturn.OK

    def test_pictures(self):
        for name, (chain, forms) in _VIDEO.items():
            for form in forms:
                with self.subTest(codec=name, format=form):
                    segments, clip = self.record(name, form, chain)
                    self.assertGreater(len(segments), 1)
                    self.assertNotIn(0, counts := [pictures(path) for path in segments])
                    self.assertEqual(sum(counts), _PICTURES)
                    self.assertGreaterEqual(pictures(clip), _PICTURES // 2)

    def test_sound_beside_pictures(self):
        for name, (chain, forms) in _SOUND.items():
            for form in forms:
                with self.subTest(codec=name, format=form):
                    segments, clip = self.record(name, form, _H264, f'{chain} ! r.')
                    self.assertEqual([pictures(path) for path in segments], [_GOP] * 3)
                    self.assertGreaterEqual(pictures(clip), _PICTURES // 2)
                    for path in segments:
                        self.assertGreater(seconds_of_sound(path), 0.9 * _GOP / _RATE, path)


if __name__ == '__main__':
    sys.exit(suite.main())
