# SPDX-License-Identifier: LGPL-2.1-or-later
"""How much later a picture comes behind one, two and three relays in a row: all of one chain at once, so of the same pictures."""

import contextlib
import subprocess
import sys
import types

from comparison.results import Key
from comparison.servers import ServerError
from relaying.audiences import LoadClient
from relaying.cameras import Cameras, await_streams
from relaying.relays import Unwatched

PART = "hops"
HOPS = (0, 1, 2, 3)


def key_of(latency, hops):
    return Key(PART, f"latency={latency}", "tcp", hops, "video-1s")


def measure(installation, latency, seconds):
    """The report of a viewer at the camera, and of one behind each relay."""
    with contextlib.ExitStack() as running:
        cameras = running.enter_context(Cameras(installation, 1, stamped=True))
        port, locations = cameras.port, cameras.locations(1)
        places = list(locations)
        for _ in HOPS[1:]:
            relay = Unwatched(installation, types.SimpleNamespace(latency=latency))
            running.enter_context(relay.start(places[-1:]))
            await_streams(port, 1)
            port = relay.port
            places.append(relay.url() + "0")
        stamps = f"--stamps={installation.stream('video-1s').stamps}"
        how = ["--kernel-time", "--settle=1", stamps]
        viewers = [running.enter_context(LoadClient(installation, place, *how, seconds=seconds)) for place in places]
        return [viewer.whole_report() for viewer in viewers]


def hops(installation, options, results):
    """Both latencies, then both again."""
    for _ in range(options.rounds):
        for latency in dict.fromkeys((options.latency, 0)):
            try:
                reports = measure(installation, latency, options.hop_window)
                told = " ".join(f"{report['latency_ms'].get('p50', float('nan')):.2f}" for report in reports)
                print(f"  {PART:8} latency={latency:<6} {told} ms", file=sys.stderr, flush=True)
            except (ServerError, subprocess.SubprocessError) as error:
                print(f"  {PART:8} latency={latency:<6} {error}", file=sys.stderr, flush=True)
                reports = [{"error": type(error).__name__}] * len(HOPS)
            for number, report in zip(HOPS, reports):
                results.add(key_of(latency, number), report)
