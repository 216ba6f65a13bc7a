# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real players, each of which writes the pictures and the sound it decoded to files.

A player is named by what it is and how it asks for the media: `ffmpeg-tcp`, `rtspsrc-udp`, `playbin`.
"""

import itertools
import json
import os
import shutil
import subprocess
import time

from .deadline import Deadline
from .ffmpeg import EACH_PICTURE
from .pictures import Pictures
from .process import Process
from .sound import RATE, Sound
from .stream import split_line

_GRAY = 'videoconvert ! videoscale ! video/x-raw,format=GRAY8,width={width},height={height}'
_PCM = f'audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate={RATE},channels=1'


_NUMBERS = itertools.count()


class Player:
    """A running player; what it has decoded so far is in `pictures` and `sound`, what it only passed on in `data`."""

    def __init__(self, command, folder, name, size=(160, 120), env=None):
        name = f'{name}-{next(_NUMBERS)}'  # never another player's files
        self.base = base = os.path.join(folder, name)
        self.data_path = base + '.data'
        self.pictures = Pictures(base + '.gray', *size)
        self.sound = Sound(base + '.pcm')
        self._process = Process(command(base, size), folder, name, env=env)

    def data(self):
        if not os.path.exists(self.data_path):
            return b''
        with open(self.data_path, 'rb') as file:
            return file.read()

    @property
    def pid(self):
        return self._process.pid

    def running(self):
        return self._process.running()

    def log(self):
        return self._process.output() + self._process.errors()

    def wait_for(self, proof, seconds):
        """Whether `proof(player)` became true before the player ended or the time was over."""
        deadline = Deadline(seconds, 'proof')
        while True:
            ended = not self.running() or deadline.expired()
            if proof(self):
                return True
            if ended:
                return False
            time.sleep(0.05)

    def stop(self):
        self._process.stop(3)

    def kill(self):
        self._process.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


# Commands: each gets (base path of the files to write, (width, height)) and gives the words.


_FFMPEG = ('ffmpeg', '-nostdin', '-hide_banner', '-loglevel', 'warning', '-y')


def ffmpeg(url, transport, media):
    """`media`: which of 'video', 'audio', 'data' the mapping has."""

    def command(base, size):
        words = [*_FFMPEG, '-rtsp_transport', transport, '-i', url]
        if 'video' in media:
            words += _ffmpeg_pictures(base, size)
        if 'audio' in media:
            words += ['-map', '0:a:0', '-ar', RATE, '-ac', '1', '-flush_packets', '1', '-f', 's16le', base + '.pcm']
        if 'data' in media:
            words += ['-map', '0:d:0', '-c', 'copy', '-flush_packets', '1', '-f', 'data', base + '.data']
        return words

    return command


def _ffmpeg_pictures(base, size):
    scaled = ['-map', '0:v:0', '-pix_fmt', 'gray', '-s', f'{size[0]}x{size[1]}', *EACH_PICTURE]
    return [*scaled, '-flush_packets', '1', '-f', 'rawvideo', base + '.gray']


def _file_sink(path):
    return f'filesink location={path} buffer-mode=unbuffered sync=false'


def _picture_sink(base, size):
    return _GRAY.format(width=size[0], height=size[1]) + ' ! ' + _file_sink(base + '.gray')


def _sound_sink(base):
    return _PCM + ' ! ' + _file_sink(base + '.pcm')


def _launch(text):
    return ['gst-launch-1.0', '-e', *split_line(text)]


def mpv(url, transport):
    """Pictures only; `transport` as ffmpeg calls it, since it is ffmpeg's client."""

    def command(base, size):
        return [
            *('mpv', '--no-config', '--no-audio', '--tls-verify=no', '--rtsp-transport=lavf'),
            f'--demuxer-lavf-o=rtsp_transport={transport}',
            f'--vf=scale={size[0]}:{size[1]},format=gray',
            *(f'--o={base}.gray', '--of=rawvideo', '--ovc=rawvideo', '--ofopts=flush_packets=1', url),
        ]

    return command


def rtspsrc(url, transport, decode, properties=''):
    """`decode`: launch text from `src.` on; {video}, {audio} and {data} in it stand for the sinks."""

    def command(base, size):
        branches = decode.format(
            video=_picture_sink(base, size), audio=_sound_sink(base), data=_file_sink(base + '.data')
        )
        return _launch(f'rtspsrc location={url} protocols={transport} name=src {properties} {branches}')

    return command


def playbin(url):
    def command(base, size):
        return [
            'gst-launch-1.0',
            'playbin',
            'uri=' + url,
            'video-sink=' + _picture_sink(base, size),
            'audio-sink=' + _sound_sink(base),
        ]

    return command


def typed(line):
    """What a user types to watch: a line of ffplay, or of gst-launch-1.0. A file takes the place of the screen."""
    words = split_line(line)

    def ffplay(base, size):
        *options, url = words[1:]
        return [*_FFMPEG, *options, '-i', url, *_ffmpeg_pictures(base, size)]

    def launch(base, size):
        screen = _picture_sink(base, size)
        if 'playbin' in words:
            return [*words, 'video-sink=' + screen, 'audio-sink=fakesink']
        at = words.index('autovideosink')
        return [*words[:at], *split_line(screen), *words[at + 1 :]]

    return ffplay if words[0] == 'ffplay' else launch


# Programs that tell in one go.


def ffprobe(url, transport, seconds=30, duration=2):
    """What ffprobe finds in `duration` seconds, decoded pictures counted; {} if it fails."""
    words = [
        'ffprobe',
        '-v',
        'error',
        '-rtsp_transport',
        transport,
        '-show_streams',
        '-count_frames',
        '-read_intervals',
        f'%+{duration}',  # of the stream: a number of packets could be all of a join burst's picture
        '-of',
        'json',
        url,
    ]
    done = subprocess.run(words, capture_output=True, text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL)
    return json.loads(done.stdout or '{}')


def curl(method, url, seconds=20):
    """(exit code, output) of `curl -i -X METHOD URL`."""
    done = subprocess.run(
        ['curl', '-s', '-i', '--max-time', str(seconds), '-X', method, url],
        capture_output=True,
        text=True,
        timeout=seconds + 5,
        check=False,
    )
    return done.returncode, done.stdout


def missing(*programs):
    """Those that are not installed."""
    return [program for program in programs if not shutil.which(program)]
