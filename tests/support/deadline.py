# SPDX-License-Identifier: LGPL-2.1-or-later
"""Waiting that ends: every wait of the interop tests goes through here, and running out is a failure."""

import time


class DeadlineExceeded(AssertionError):
    pass


class Deadline:
    def __init__(self, seconds, what):
        self._end = time.monotonic() + seconds
        self._seconds = seconds
        self._what = what

    def left(self):
        """Seconds that are left, never below zero."""
        return max(0.0, self._end - time.monotonic())

    def expired(self):
        return self.left() == 0.0

    def check(self):
        if self.expired():
            raise DeadlineExceeded(f'{self._what}: not within {self._seconds} s')
        return self.left()


def wait_until(condition, seconds, what, interval=0.02):
    """Returns the first true value of condition()."""
    deadline = Deadline(seconds, what)
    while True:
        value = condition()
        if value:
            return value
        deadline.check()
        time.sleep(interval)
