# SPDX-License-Identifier: LGPL-2.1-or-later
"""What crosses the loopback, as somebody sees it who reads along: recorded by dumpcap, taken apart by tshark.

In a namespace of the test's own (network.enter()) nothing else is on it.
"""

import collections
import itertools
import os
import shutil
import socket
import subprocess
import unittest

from .deadline import wait_until
from .process import Process

_NUMBERS = itertools.count()
_FIELDS = ('tcp.stream', 'tcp.srcport', 'udp.srcport', 'tcp.payload', 'udp.payload')


class Capture:
    """Records while it is open; the test is skipped where that is not permitted."""

    def __init__(self, folder):
        if lacking := [program for program in ('dumpcap', 'tshark') if not shutil.which(program)]:
            raise unittest.SkipTest(f'not installed: {lacking}')
        name = f'capture-{next(_NUMBERS)}'
        self._path = os.path.join(folder, name + '.pcapng')
        # As root dumpcap gives up what it may, also to write where others may not.
        os.close(os.open(self._path, os.O_CREAT, 0o666))
        self._process = Process(['dumpcap', '-q', '-i', 'lo', '-s', '0', '-w', self._path], folder, name)
        self._marks = (f'{name} began'.encode(), f'{name} ended'.encode())

    def __enter__(self):
        wait_until(lambda: self._has(self._marks[0]) or not self._process.running(), 10, 'the capture')
        if not self._process.running():
            raise unittest.SkipTest(f'dumpcap may not capture here: {self._process.errors()}')
        return self

    def __exit__(self, *_):
        try:
            wait_until(lambda: self._has(self._marks[1]), 10, 'the end of the capture')
        finally:
            self._process.stop()

    def _has(self, mark):
        """Whether a datagram that says so has been recorded, and with it all that was sent before it."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(mark, ('127.0.0.1', 9))
        with open(self._path, 'rb') as file:
            return mark in file.read()

    def flows(self):
        """The bytes of each direction of each connection, and of all datagrams from each port; they may be cut anywhere."""
        found = collections.defaultdict(bytearray)
        for line in self._tshark('-T', 'fields', *(word for field in _FIELDS for word in ('-e', field))).splitlines():
            *key, tcp, udp = line.split('\t')
            found[tuple(key)] += bytes.fromhex((tcp or udp).replace(',', '').replace(':', ''))
        return [bytes(flow) for flow in found.values()]

    def find(self, needles):
        """Those of `needles` that can be read in it."""
        flows = self.flows()
        return [needle for needle in needles if any(needle in flow for flow in flows)]

    def protocols(self, *options):
        """The names of all that tshark recognises; `options` as -d for ports that it does not know."""
        lines = self._tshark(*options, '-T', 'fields', '-e', 'frame.protocols').splitlines()
        return {name for line in lines for name in line.split(':')}

    def _tshark(self, *words):
        command = ['tshark', '-n', '-r', self._path, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
