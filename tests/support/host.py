# SPDX-License-Identifier: LGPL-2.1-or-later
"""An application with a pipeline in it, told by its standard input what to do; for what gst-launch cannot.

Usage: host.py LINE [PROGRAM]
PROGRAM is Python, run before the line plays with `sink`, the element of that name.
An `appsrc` of the line is fed, by its name, with media that carries the time of its capture
(CLOCK_MONOTONIC, which all processes of a machine share):
  pictures  counter_picture.py, the number being frames since boot
  samples   S16BE of one channel and 8000 a second, each sample the number of samples since boot
  stamps    KLV units whose value is the time in nanoseconds as text
Commands, one a line: `play`, `pause`, `ready`, `null`, `eos`, `get ELEMENT PROPERTY`, `quit`.
Each is answered with one line.
"""

import sys
import threading
import time

import gi

gi.require_version('Gst', '1.0')
from gi.repository import Gst  # noqa: E402

import counter_picture  # noqa: E402
from host_rates import PICTURES_A_SECOND, SAMPLES_A_SECOND  # noqa: E402

_SAMPLES_A_BUFFER = 160
_KLV_KEY = bytes.fromhex('060e2b34020b01010e01030101000000')


def _pictures(step):
    return counter_picture.draw(step)


def _samples(step):
    first = step * _SAMPLES_A_BUFFER
    return b''.join((number & 0xFFFF).to_bytes(2, 'big') for number in range(first, first + _SAMPLES_A_BUFFER))


def _stamps(step):
    value = str(step * Gst.SECOND // PICTURES_A_SECOND).encode()
    return _KLV_KEY + bytes([len(value)]) + value


# name -> (steps a second, media of a step, caps)
_FEEDS = {
    'pictures': (
        PICTURES_A_SECOND,
        _pictures,
        f'video/x-raw,format=I420,width={counter_picture.WIDTH},height={counter_picture.HEIGHT},'
        f'framerate={PICTURES_A_SECOND}/1',
    ),
    'samples': (
        SAMPLES_A_SECOND // _SAMPLES_A_BUFFER,
        _samples,
        f'audio/x-raw,format=S16BE,rate={SAMPLES_A_SECOND},channels=1,layout=interleaved',
    ),
    'stamps': (PICTURES_A_SECOND, _stamps, 'meta/x-klv,parsed=true'),
}


class Feed:
    """Pushes into one appsrc what is captured at each step of its clock."""

    def __init__(self, source):
        self._source = source
        self._rate, self._media, caps = _FEEDS[source.get_name()]
        source.set_property('caps', Gst.Caps.from_string(caps))
        source.set_property('format', Gst.Format.TIME)
        source.set_property('is-live', True)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        step = 0
        while True:
            step = max(step + 1, int(time.monotonic() * self._rate))
            delay = step / self._rate - time.monotonic()
            if delay > 0:
                time.sleep(delay)
            self._push(step)

    def _push(self, step):
        if self._source.current_state != Gst.State.PLAYING:
            return
        captured = step * Gst.SECOND // self._rate
        if captured < self._source.get_base_time():
            return
        buffer = Gst.Buffer.new_wrapped(self._media(step))
        buffer.pts = captured - self._source.get_base_time()
        buffer.duration = Gst.SECOND // self._rate
        self._source.emit('push-buffer', buffer)


class Host:
    def __init__(self, line):
        self._pipeline = Gst.parse_launch(line)
        for name in _FEEDS:
            source = self._pipeline.get_by_name(name)
            if source:
                self._feed = Feed(source)

    def element(self, name):
        return self._pipeline.get_by_name(name)

    def _state(self, state):
        self._pipeline.set_state(state)
        result, now, _ = self._pipeline.get_state(20 * Gst.SECOND)
        return f'{result.value_nick} {now.value_nick}'

    def obey(self, words):
        command, *arguments = words
        states = {
            'play': Gst.State.PLAYING,
            'pause': Gst.State.PAUSED,
            'ready': Gst.State.READY,
            'null': Gst.State.NULL,
        }
        if command in states:
            return self._state(states[command])
        if command == 'eos':
            self._pipeline.send_event(Gst.Event.new_eos())
            return 'ok'
        if command == 'get':
            value = self.element(arguments[0]).get_property(arguments[1])
            return value.to_string() if isinstance(value, Gst.Structure) else str(value)
        return f'unknown command {command}'


def main(line, program=''):
    Gst.init(None)
    host = Host(line)
    exec(program, {'sink': host.element('sink')})
    for words in map(str.split, sys.stdin):
        if words == ['quit']:
            break
        print(host.obey(words), flush=True)
    host.obey(['null'])


if __name__ == '__main__':
    main(*sys.argv[1:])
