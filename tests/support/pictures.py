# SPDX-License-Identifier: LGPL-2.1-or-later
"""Decoded pictures, as raw GRAY8 in a file that a player may still be writing."""

import os
import re


class Pictures:
    def __init__(self, path, width, height):
        self._path = path
        self._width, self._height = width, height
        self._size = width * height
        self._header, self._prefix = 0, 0  # bytes before the first picture, and before each

    def count(self):
        try:
            size = os.path.getsize(self._path) - self._header
        except FileNotFoundError:
            return 0
        return max(size, 0) // (self._prefix + self._size)

    def frame(self, number):
        with open(self._path, 'rb') as file:
            file.seek(self._header + number * (self._prefix + self._size) + self._prefix)
            return file.read(self._size)

    def show_bars(self):
        """Whether the last picture shows videotestsrc's SMPTE bars: seven steps, each darker than the last."""
        if self.count() == 0:
            return False
        return are_bars(self._bars(self.frame(self.count() - 1)))

    def _bars(self, luma):
        row = (self._height // 3) * self._width
        return [luma[row + self._width * (2 * bar + 1) // 14] for bar in range(7)]


class HeadedPictures(Pictures):
    """As VLC's yuv output writes them: a line that tells their size, and a line before each picture."""

    def count(self):
        try:
            with open(self._path, 'rb') as file:
                header = file.readline()
        except FileNotFoundError:
            return 0
        size = re.search(rb' W(\d+) H(\d+) ', header)
        if not size:
            return 0
        self._width, self._height = int(size.group(1)), int(size.group(2))
        self._size = self._width * self._height
        self._header = len(header)
        self._prefix = len(b'FRAME\n')
        return super().count()


def are_bars(values):
    """Whether what is read off the middle of each bar is as bright as it should be."""
    return all(left > right + 2 for left, right in zip(values, values[1:])) and values[0] - values[-1] > 80
