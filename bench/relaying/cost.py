# SPDX-License-Identifier: LGPL-2.1-or-later
"""What relays cost: CPU time, memory, threads and descriptors of their processes, on the same streams."""

import os
import subprocess
import sys
import time

from comparison.results import Key
from comparison.servers import ServerError
from comparison.usage import cpu_nanoseconds
from relaying.audiences import JOIN_RATE, LoadClient
from relaying.cameras import Cameras, await_silence, await_streams, bytes_taken

PART = "cost"
PER_STREAM = "cpu_us_per_stream_and_s"
SPARE = 0.5  # seconds that viewers watch beyond what is measured, which they must not end before


def key_of(relay, streams):
    return Key(PART, relay.name, "tcp", streams, "video-1s")


def status(pid):
    """Threads, descriptors and KiB of its own memory."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["Threads"]), len(os.listdir(f"/proc/{pid}/fd")), int(fields["RssAnon"].split()[0])


def over(pids, port, seconds):
    """Usage of the processes within a window from now on, and what came to them from the cameras' port."""
    began, cpu, taken = time.monotonic(), sum(map(cpu_nanoseconds, pids)), bytes_taken(port)
    time.sleep(seconds)
    used, elapsed = sum(map(cpu_nanoseconds, pids)) - cpu, time.monotonic() - began
    rates = [(count - taken[address]) * 8e-6 / elapsed for address, count in bytes_taken(port).items() if address in taken]
    threads, descriptors, kib = (sum(numbers) for numbers in zip(*map(status, pids)))
    return {
        "cpu_us_per_s": used / 1000 / elapsed,
        "streams": len(rates),
        "mbit_per_s": sum(rates) / max(1, len(rates)),
        "slowest_mbit_per_s": min(rates, default=0),
        "processes": len(pids),
        "threads": threads,
        "descriptors": descriptors,
        "anonymous_kib": kib,
    }


def joining(streams):
    """Seconds until a viewer of each watches."""
    return streams / JOIN_RATE


def measure(relay, cameras, options):
    """One round of one relay."""
    before = joining(options.streams) + options.settle
    with relay.start(cameras.locations(options.streams)):
        await_streams(cameras.port, options.streams)
        with relay.audience(before + options.window + SPARE) as audience:
            time.sleep(before)
            report = over(relay.pids, cameras.port, options.window)
            if isinstance(audience, LoadClient) and audience.ended():
                raise ServerError("the viewers left before the measurement was over")
            watched = audience.report() if audience else None
    check(report, watched, options.streams)
    report[PER_STREAM] = report["cpu_us_per_s"] / options.streams
    report["viewers"] = watched
    return report


def check(report, watched, streams):
    """A relay that leaves out a stream would look cheap."""
    if report["streams"] != streams or report["slowest_mbit_per_s"] < report["mbit_per_s"] / 2:
        raise ServerError(f"expected {streams} streams throughout, came {report['streams']}, the slowest with {report['slowest_mbit_per_s']:.2f} Mbit/s")
    if watched and watched["receiving"] != streams:
        raise ServerError(f"expected {streams} viewers to receive, came {watched['receiving']}")


def cost(installation, relays, options, results):
    """All relays, then all again."""
    with Cameras(installation, min(options.streams, options.cameras)) as cameras:
        for _ in range(options.rounds):
            for relay in relays:
                await_silence(cameras.port)
                try:
                    report = measure(relay, cameras, options)
                    print(f"  {PART:8} {relay.name:14} {report[PER_STREAM] / 1000:8.2f} ms/s and stream", file=sys.stderr, flush=True)
                except (ServerError, subprocess.SubprocessError, OSError) as error:
                    print(f"  {PART:8} {relay.name:14} {error}", file=sys.stderr, flush=True)
                    report = {"error": type(error).__name__}
                results.add(key_of(relay, options.streams), report)
