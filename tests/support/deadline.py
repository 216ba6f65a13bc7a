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


def wait_until_still(count, period, seconds, what, tolerance=0):
    """Returns when `count()` has grown by no more than `tolerance` for `period` seconds on end."""
    since, base = time.monotonic(), count()

    def is_still():
        nonlocal since, base
        now, value = time.monotonic(), count()
        if value - base > tolerance:
            since, base = now, value
        return now - since >= period

    wait_until(is_still, seconds, what)


def hold_for(seconds, condition, what):
    """`condition()` is true all the time; that it is not for a moment is a failure."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not condition():
            raise AssertionError(f'{what}: not for {seconds} s')
        time.sleep(0.02)


def spend(seconds):
    """For tests about time itself, where nothing becomes true that could be waited for."""
    time.sleep(seconds)
