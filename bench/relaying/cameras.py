# SPDX-License-Identifier: LGPL-2.1-or-later
"""The cameras that are relayed: an rtspsink of which nothing is measured but what it sent."""

import re
import subprocess
import time

from comparison.servers import Running, ServerError, free_port

FRAME = 33333333  # ns of the stream
BEGUN = 50_000  # bytes of a connection over which media comes: more than the answers to all requests
DEADLINE = 30


class Cameras:
    """Mounts /camera0 and on. Each has the recorded stream at another phase, as cameras have that know nothing of each other."""

    def __init__(self, installation, mounts, stamped=False):
        stream = installation.stream("video-1s")
        source = stream.source if stamped else stream.unstamped_source
        self._mounts = mounts
        self.port = free_port()
        pipeline = [f"rtspsink name=sink service={self.port}"]
        for mount in range(mounts):
            phase = FRAME * mount // mounts
            pipeline.append(f"{source} ! clocksync ts-offset={phase} ! video/x-h264,mapping=/camera{mount} ! sink.")
        command = [installation.program("sink_server"), " ".join(pipeline)]
        self._running = Running(command, installation.environment(), self.port)

    def __enter__(self):
        self._running.__enter__()
        return self

    def __exit__(self, *_):
        self._running.__exit__()

    def locations(self, streams):
        return [f"rtsp://127.0.0.1:{self.port}/camera{stream % self._mounts}" for stream in range(streams)]


def bytes_taken(port):
    """Of each connection to a TCP port of this machine, by the other end's address: bytes that it was sent and has acknowledged."""
    command = ["ss", "-Htin", "state", "established", f"sport = :{port}"]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    taken = {}
    for addresses, state in re.findall(r"^(\S.*)\n\s+(.*)$", output, re.MULTILINE):
        acknowledged = re.search(r"\bbytes_acked:(\d+)", state)
        taken[addresses.split()[-1]] = int(acknowledged[1]) if acknowledged else 0
    return taken


def await_streams(port, streams):
    """Until so many connections to the port have media, and there are no others."""
    deadline = time.monotonic() + DEADLINE
    while True:
        taken = bytes_taken(port).values()
        if len(taken) == streams and all(count >= BEGUN for count in taken):
            return
        if time.monotonic() > deadline:
            begun = sum(count >= BEGUN for count in taken)
            raise ServerError(f"expected {streams} connections with media, came {len(taken)}, of which {begun} have any")
        time.sleep(0.05)


def await_silence(port):
    """Until nobody is connected to the port."""
    deadline = time.monotonic() + DEADLINE
    while bytes_taken(port):
        if time.monotonic() > deadline:
            raise ServerError("connections of an earlier relay are still there")
        time.sleep(0.05)
