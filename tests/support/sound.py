# SPDX-License-Identifier: LGPL-2.1-or-later
"""Decoded sound: S16LE, one channel, in a file that a player may still be writing."""

import array
import os

RATE = 8000  # what players that can resample are asked for


class Sound:
    def __init__(self, path, rate=RATE):
        self._path = path
        self._rate = rate

    def seconds(self):
        try:
            return os.path.getsize(self._path) / (2 * self._rate)
        except FileNotFoundError:
            return 0.0

    def samples(self):
        with open(self._path, 'rb') as file:
            data = file.read()
        return array.array('h', data[: len(data) // 2 * 2])

    def loudness(self):
        """Root mean square of the second half, where every decoder has settled."""
        tail = self._tail()
        return (sum(sample * sample for sample in tail) / max(len(tail), 1)) ** 0.5

    def frequency(self):
        """Of a pure tone: half the zero crossings of the second half."""
        tail = self._tail()
        crossings = sum((left < 0) != (right < 0) for left, right in zip(tail, tail[1:]))
        return crossings * self._rate / (2 * max(len(tail), 1))

    def is_tone(self, frequency):
        return self.loudness() > 1000 and abs(self.frequency() - frequency) < 0.1 * frequency

    def _tail(self):
        samples = self.samples()
        return samples[len(samples) // 2 :]
