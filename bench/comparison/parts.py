# SPDX-License-Identifier: LGPL-2.1-or-later
"""The parts of a comparison. Each runs its measurements interleaved: all servers, then all servers again."""

import dataclasses
import subprocess
import sys
import time

from comparison import ciphers, usage
from comparison.load import Load
from comparison.results import Key, Results
from comparison.servers import ServerError, free_port
from comparison.transports import TRANSPORTS

# The rest of the pipeline is what a user types; the encoder is the cheapest there is.
ENCODING = (
    "videotestsrc is-live=true pattern=smpte ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1 "
    "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 bitrate=4000 ! h264parse config-interval=-1 "
    "! video/x-h264,mapping=/stream"
)


@dataclasses.dataclass(frozen=True)
class Settings:
    """What is measured, and for how long."""

    rounds: int
    window: float
    settle: float
    transports: tuple
    viewers: tuple
    crowd: int  # viewers of the parts that have one number of them
    ways: tuple  # of the part `transports`, which has more of them


class Comparison:
    """One run of bench/run: servers, what to measure, and the results so far."""

    def __init__(self, installation, servers, settings):
        self.installation = installation
        self.servers = servers
        self.settings = settings
        self.results = Results()

    def measure(self, part, server, stream_name, load):
        """Starts the server, applies the load, keeps the report."""
        stream = self.installation.stream(stream_name)
        key = Key(part, server.name, load.transport, load.viewers, stream_name)
        try:
            with server.start(stream, load.transport) as running:
                report = load.apply(self.installation, server, running, stream)
        except (ServerError, subprocess.SubprocessError) as error:
            print(f"{key}: {error}", file=sys.stderr)
            report = {"error": type(error).__name__}
        self.keep(key, report)

    def keep(self, key, report):
        self.results.add(key, report)
        cost = report.get("us_per_packet", report.get("window", {}).get("server_us_per_packet"))
        print(f"  {key.part:12} {key.server:16} {key.transport:9} {key.viewers:5} {key.stream:9}"
              + (f" {cost:7.3f} us/packet" if cost else ""), file=sys.stderr, flush=True)

    def load(self, transport, viewers, **more):
        return Load(transport, viewers, **{"window": self.settings.window, "settle": self.settings.settle, **more})

    def rtsp_servers(self):
        return [server for server in self.servers.values() if not server.bare]


# Until a ring of two seconds and a GOP is full: it must not count as memory of the viewers.
ALONE = 5


def cost(comparison):
    """CPU time per packet and viewer, memory, losses, spread and latency."""
    settings = comparison.settings
    for transport in settings.transports:
        for viewers in settings.viewers:
            for _ in range(settings.rounds):
                for server in comparison.servers.values():
                    load = comparison.load(transport, viewers, alone=ALONE if viewers >= 100 else 0)
                    comparison.measure("cost", server, "video-1s", load)


def audio(comparison):
    """The same for 50 small packets a second, of which none can be sent together."""
    for transport in comparison.settings.transports:
        for _ in range(comparison.settings.rounds):
            for name, server in comparison.servers.items():
                if name != "bare-per-packet":
                    comparison.measure("audio", server, "audio", comparison.load(transport, comparison.settings.crowd))


def latency(comparison):
    """From the source to the last byte that the kernel was given of a frame, by the kernel's own clock."""
    for transport in comparison.settings.transports:
        for viewers in (1, 100):
            for _ in range(comparison.settings.rounds):
                for name, server in comparison.servers.items():
                    if name != "bare-per-packet":
                        load = comparison.load(transport, viewers, kernel_time=True)
                        comparison.measure("latency", server, "video-1s", load)


def join(comparison):
    """Viewers that come one by one while others watch, with a key frame every second and every ten."""
    for stream, joiners, rate in (("video-1s", 100, 20), ("video-10s", 60, 6)):
        for server in comparison.rtsp_servers():
            load = comparison.load("tcp", comparison.settings.crowd, window=12, joiners=joiners, joiner_rate=rate)
            comparison.measure("join", server, stream, load)


def asking(comparison):
    """Viewers for whom the encoder, whose key frames are ten seconds apart, is asked for one."""
    server = comparison.servers.get("rtspsink")
    if not server:
        return
    port = free_port()
    pipeline = f"{ENCODING.replace('key-int-max=30', 'key-int-max=300')} ! rtspsink service={port} start-mode=key-frame"
    with server.start_pipeline(pipeline, port) as running:
        load = comparison.load("tcp", 10, window=20, joiners=60, joiner_rate=3)  # fewer a second than are asked for
        report = load.apply(comparison.installation, server, running, comparison.installation.stream("video-10s"))
    comparison.keep(Key("asking", "rtspsink", "tcp", 10, "encoding"), report)


def storm(comparison):
    """300 viewers that come within a second while 100 watch."""
    for server in comparison.rtsp_servers():
        load = comparison.load("tcp", 100, window=5, joiners=300, joiner_rate=300)
        comparison.measure("storm", server, "video-1s", load)


def stall(comparison):
    """A tenth of the viewers stops reading; the others must not notice."""
    for server in comparison.rtsp_servers():
        load = comparison.load("tcp", 100, window=max(10, comparison.settings.window), stalled=10)
        comparison.measure("stall", server, "video-1s", load)


def one_viewer(comparison):
    """The whole process with one viewer, against the same pipeline into fakesink."""
    server = comparison.servers.get("rtspsink")
    if not server:
        return
    stream = comparison.installation.stream("video-1s")
    pipelines = {"encoding": ENCODING, "video-1s": f"{stream.source} ! video/x-h264,mapping=/stream"}
    for name, pipeline in pipelines.items():
        for _ in range(comparison.settings.rounds):
            unwatched(comparison, server, "fakesink", name, pipeline)
            if name != "encoding":
                unwatched(comparison, server, "payloader and fakesink", name, f"{pipeline} ! h264parse ! rtph264pay mtu=1400 config-interval=-1")
            for transport in comparison.settings.transports:
                report = watched(comparison, server, pipeline, transport)
                comparison.keep(Key("one-viewer", "rtspsink", transport, 1, name), report)


def unwatched(comparison, server, label, name, pipeline):
    """Usage of a pipeline into fakesink."""
    with server.start_pipeline(f"{pipeline} ! fakesink") as running:
        time.sleep(comparison.settings.settle)
        report = usage.over(running.pid, comparison.settings.window)
    comparison.keep(Key("one-viewer", label, "tcp", 1, name), report)


def watched(comparison, server, pipeline, transport):
    """Usage of a pipeline into rtspsink that one viewer watches."""
    port = free_port()
    stream = comparison.installation.stream("video-1s")
    with server.start_pipeline(f"{pipeline} ! rtspsink service={port}", port) as running:
        report = comparison.load(transport, 1).apply(comparison.installation, server, running, stream)
    report["cpu_us_per_s"] = report["window"]["server_cpu_us"] / report["window"]["seconds"]
    return report


def calls(comparison):
    """System calls per packet, counted in runs of their own because counting costs time."""
    for transport in comparison.settings.transports:
        for server in comparison.servers.values():
            stream = comparison.installation.stream("video-1s")
            load = comparison.load(transport, 100, window=5)
            with server.start(stream, transport) as running:
                with usage.CallCounter(running.pid, delay=100 / load.join_rate + load.settle + 1.5, seconds=2) as counter:
                    report = load.apply(comparison.installation, server, running, stream)
            rate = report["window"]["packets"] / report["window"]["seconds"]
            report["calls_per_packet"] = counter.per_second / rate if counter.per_second and rate else None
            comparison.keep(Key("calls", server.name, transport, 100, "video-1s"), report)


def transports(comparison):
    """All ways to the viewers, with few and with many, and beside them what their ciphers cost by themselves."""
    settings = comparison.settings
    without = ciphers.missing()
    if without:
        print(f"without TLS and ciphers: {without}", file=sys.stderr)
    ways = [way for way in settings.ways if not (without and TRANSPORTS[way].secure)]
    for viewers in sorted({min(100, settings.crowd), settings.crowd}):
        for _ in range(settings.rounds):
            if not without:
                ciphers.measure(comparison, viewers, comparison.installation.stream("video-1s"))
            for name, measured in (("rtspsink", ways), ("bare", ("tcp",))):
                for way in measured if name in comparison.servers else ():
                    comparison.measure("transports", comparison.servers[name], "video-1s", comparison.load(way, viewers))


def most(comparison):
    """The largest crowd, in steps of 200, that loses nothing and is never more than 100 ms behind."""
    for transport in comparison.settings.transports:
        for server in comparison.rtsp_servers():
            for viewers in range(400, 4001, 200):
                load = comparison.load(transport, viewers, window=4, join_rate=400)
                comparison.measure("most", server, "video-1s", load)
                key = Key("most", server.name, transport, viewers, "video-1s")
                if not keeps_up(comparison.results, key):
                    break


def keeps_up(results, key):
    whole = results.total(key, "window.lost") == 0 and results.median(key, "viewers.receiving") == key.viewers
    latency = results.worst(key, "latency_ms.p99")
    return whole and latency is not None and latency < 100


PARTS = {
    "cost": cost,
    "audio": audio,
    "one-viewer": one_viewer,
    "latency": latency,
    "join": join,
    "asking": asking,
    "storm": storm,
    "stall": stall,
    "calls": calls,
    "most": most,
    "transports": transports,
}
