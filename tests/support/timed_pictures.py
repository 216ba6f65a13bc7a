# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pictures that carry the time of their capture (host.py, `pictures`), read as they come out of a player's decoder."""

import statistics
import subprocess
import threading
import time

from . import counter_picture
from .deadline import wait_until
from .host_rates import PICTURES_A_SECOND


class TimedPictures:
    """A player that writes GRAY8 pictures of counter_picture's size to its standard output."""

    def __init__(self, command):
        self._started = time.monotonic()
        self._child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._seen = []  # (arrival, number)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        while True:
            luma = self._child.stdout.read(counter_picture.FRAME_SIZE)
            if len(luma) < counter_picture.FRAME_SIZE:
                return
            number = counter_picture.read(luma)
            if number is not None:
                self._seen.append((time.monotonic(), number))

    def watch(self, seconds, patience=20):
        """Until `seconds` after its first picture."""
        wait_until(lambda: self._seen, patience, 'first picture')
        wait_until(lambda: self._seen[-1][0] > self._seen[0][0] + seconds, seconds + patience, 'pictures')
        return self

    def first_after(self):
        """Seconds from starting the player to its first picture."""
        return self._seen[0][0] - self._started

    def lateness(self, since=0.5):
        """Median age of pictures, in frames, from `since` seconds after the first on."""
        start = self._seen[0][0] + since
        return statistics.median(_age(arrival, number) for arrival, number in self._seen if arrival >= start)

    def jumps(self, since=0.5):
        """How often a number did not follow the one before."""
        start = self._seen[0][0] + since
        numbers = [number for arrival, number in self._seen if arrival >= start]
        return sum(later != earlier + 1 for earlier, later in zip(numbers, numbers[1:]))

    def stop(self):
        self._child.kill()
        self._child.wait()
        self._thread.join(5)
        self._child.stdout.close()
        self._child.stderr.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def _age(arrival, number):
    """Frames between capture and arrival, if it is less than half of all numbers."""
    now = arrival * PICTURES_A_SECOND
    return (now - number + counter_picture.NUMBERS / 2) % counter_picture.NUMBERS - counter_picture.NUMBERS / 2
