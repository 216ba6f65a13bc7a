# SPDX-License-Identifier: LGPL-2.1-or-later
"""KLV has no encoder in GStreamer: units come over UDP into `udpsrc`, 25 a second."""

import socket
import threading

# A whole unit (SMPTE 336M): universal key, BER length, value.
UNIT = bytes.fromhex('060e2b34020b01010e01030101000000') + bytes([24]) + b'rtspsink interop payload'


class KlvFeed:
    def __init__(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(('127.0.0.1', 0))
            self._port = probe.getsockname()[1]
        self._ended = threading.Event()
        self._rests = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)

    @property
    def source(self):
        """Launch text of a live source of the units."""
        return f'udpsrc address=127.0.0.1 port={self._port} caps=meta/x-klv,parsed=true'

    def rest(self):
        """Nothing comes until go_on()."""
        self._rests.set()

    def go_on(self):
        self._rests.clear()

    def _send(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            while not self._ended.wait(0.04):
                if not self._rests.is_set():
                    end.sendto(UNIT, ('127.0.0.1', self._port))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
