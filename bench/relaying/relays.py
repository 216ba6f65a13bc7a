# SPDX-License-Identifier: LGPL-2.1-or-later
"""The relays that are compared, and how each is started."""

import contextlib
import shutil
import subprocess
import time

from comparison.servers import Running, ServerError, free_port
from relaying.audiences import LoadClient, Nobody, Receivers

DEADLINE = 30


class Relay:
    """All streams by way of one or more processes. `pids` are theirs, once it is entered."""

    name = label = ""

    def __init__(self, installation, options):
        self._installation = installation
        self._options = options
        self.pids = []

    def missing(self):
        return None

    @contextlib.contextmanager
    def start(self, locations):
        """Runs until the context is left."""
        raise NotImplementedError

    def audience(self, seconds):  # pylint: disable=unused-argument
        return Nobody()


class Pipeline(Relay):
    """One pipeline for all streams."""

    def description(self, locations):
        raise NotImplementedError

    def missing(self):
        return None if self._installation.has_element("rtspproxysrc") else "the plugin is not built"

    @contextlib.contextmanager
    def start(self, locations):
        command = [self._installation.program("sink_server"), self.description(locations)]
        with Running(command, self._installation.environment()) as running:
            self.pids = [running.pid]
            yield self


class Rtspsrc(Pipeline):
    name, label = "rtspsrc", "rtspsrc ! fakesink"

    def description(self, locations):
        source = f"rtspsrc protocols=tcp latency={self._options.latency}"
        return " ".join(f"{source} location={location} ! fakesink async=false sync=false" for location in locations)


class ProxySource(Pipeline):
    name, label = "rtspproxysrc", "rtspproxysrc ! fakesink"

    def description(self, locations):
        return " ".join(f"{self.source(location)} ! fakesink async=false sync=false" for location in locations)

    def source(self, location):
        return f"rtspproxysrc transports=tcp latency={self._options.latency} location={location}"


class Unwatched(ProxySource):
    """What the element is made for, while nobody looks."""

    name, label = "unwatched", "rtspproxysrc ! rtspsink, no viewer"

    def __init__(self, installation, options):
        super().__init__(installation, options)
        self.port = free_port()

    def description(self, locations):
        self.port = free_port()
        branches = [f"rtspsink name=sink service={self.port}"]
        for stream, location in enumerate(locations):
            branches.append(f"{self.source(location)} ! application/x-rtp,media=video,mapping=/relay{stream} ! sink.")
        return " ".join(branches)

    def url(self):
        """Of all streams; a number is missing behind it."""
        return f"rtsp://127.0.0.1:{self.port}/relay"


class Watched(Unwatched):
    """The same with a viewer of each stream."""

    name, label = "watched-tcp", "rtspproxysrc ! rtspsink, a viewer by TCP"
    transport = "tcp"

    def audience(self, seconds):
        streams = self._options.streams
        of_each = [f"--viewers={streams}", f"--mounts={streams}", f"--transport={self.transport}"]
        return LoadClient(self._installation, self.url(), *of_each, seconds=seconds)


class WatchedByUdp(Watched):
    name, label = "watched-udp", "rtspproxysrc ! rtspsink, a viewer by UDP"
    transport = "udp"


class Ffmpeg(Relay):
    """As it is used, a process for each stream. It serves nobody: it sends RTP to the one address that it was told, over UDP."""

    name, label = "ffmpeg", "ffmpeg -c copy -f rtp, to one address by UDP"

    def missing(self):
        return None if shutil.which("ffmpeg") else "ffmpeg is not installed"

    @contextlib.contextmanager
    def start(self, locations):
        with Receivers(len(locations)) as self._receivers, contextlib.ExitStack() as processes:
            self.pids = [self._start_one(processes, *pair) for pair in zip(locations, self._receivers.ports)]
            deadline = time.monotonic() + DEADLINE
            while self._receivers.receiving() < len(locations):
                if time.monotonic() > deadline:
                    raise ServerError(f"expected {len(locations)} streams from ffmpeg, came {self._receivers.receiving()}")
                time.sleep(0.05)
            yield self

    def _start_one(self, processes, location, port):
        read = ["ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-i", location]
        write = ["-c", "copy", "-f", "rtp", f"rtp://127.0.0.1:{port}?pkt_size=1400"]
        process = subprocess.Popen([*read, *write], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        processes.callback(process.wait)
        processes.callback(process.kill)
        return process.pid

    def audience(self, seconds):
        return contextlib.nullcontext(self._receivers)


RELAYS = {relay.name: relay for relay in (Rtspsrc, ProxySource, Unwatched, Watched, WatchedByUdp, Ffmpeg)}
