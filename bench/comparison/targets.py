# SPDX-License-Identifier: LGPL-2.1-or-later
"""What rtspsink is to reach, as ratios and times within one run."""

import dataclasses

from comparison.ciphers import BareCost
from comparison.results import BARE, COST, OURS, RIVAL, Key

MAX_RATIO_TO_RIVAL = {"tcp": 0.45, "udp": 0.35}
FRAME = 1000 / 30  # ms between two pictures


@dataclasses.dataclass(frozen=True)
class Check:
    """One target and what was measured; `value` is None where nothing was."""

    what: str
    value: float
    limit: float
    unit: str

    @property
    def met(self):
        return self.value <= self.limit

    def as_json(self):
        return dict(dataclasses.asdict(self), met=self.met)


def _cost_checks(results):
    for key in results.keys("cost"):
        if key.server == OURS and key.viewers in (100, 400):
            where = f"CPU per packet, {key.transport.upper()} {key.viewers}"
            bare = dataclasses.replace(key, server=BARE)
            rival = dataclasses.replace(key, server=RIVAL)
            yield f"{where}, against bare", results.ratio(key, bare, COST), 1.25, "x"
            yield f"{where}, against {RIVAL}", results.ratio(key, rival, COST), MAX_RATIO_TO_RIVAL[key.transport], "x"
        if key.server == OURS and key.viewers == 400:
            yield f"memory per viewer, {key.transport.upper()} 400", results.median(key, "server.kib_per_viewer"), 6, "KiB"


def _audio_checks(results):
    for key in results.keys("audio"):
        if key.server == OURS:
            bare = dataclasses.replace(key, server=BARE)
            where = f"CPU per packet, audio, {key.transport.upper()} {key.viewers}, against bare"
            yield where, results.ratio(key, bare, COST), 1.5, "x"


def _latency_checks(results):
    for key in results.keys("latency"):
        if key.server == OURS:
            where = f"sink pad to last byte in the kernel, {key.transport.upper()} {key.viewers}"
            yield f"{where}, p50", results.median(key, "latency_ms.p50"), 0.5, "ms"
            yield f"{where}, p99", results.median(key, "latency_ms.p99"), 5, "ms"


def _one_viewer_checks(results):
    for key in results.keys("one-viewer"):
        if key.server == OURS and key.stream == "encoding":
            sink = Key("one-viewer", "fakesink", "tcp", 1, "encoding")
            where = f"one viewer, {key.transport.upper()}, whole process against fakesink"
            yield where, results.ratio(key, sink, "cpu_us_per_s"), 1.15, "x"


def _join_checks(results):
    for key in results.keys("join"):
        if key.server != OURS:
            continue
        where = f"first key frame after connect, GOP {key.stream.removeprefix('video-')}"
        if key.stream == "video-1s":
            yield f"{where}, median", results.median(key, "joiners_join.first_key_frame_ms.p50"), 6, "ms"
            yield f"{where}, worst", results.worst(key, "joiners_join.first_key_frame_ms.max"), 30, "ms"
        else:
            yield f"{where}, worst", results.worst(key, "joiners_join.first_key_frame_ms.max"), 100, "ms"
        late = results.worst(key, "joiners_join.player_late_ms.max")
        yield f"player late half a second later, GOP {key.stream.removeprefix('video-')}, worst", late, 67, "ms"
    for key in results.keys("asking"):
        times = "joiners_join.first_key_frame_ms"
        yield "first key frame after connect, asking the encoder, median", results.median(key, f"{times}.p50"), 2 * FRAME, "ms"
        yield "first key frame after connect, asking the encoder, worst", results.worst(key, f"{times}.max"), 4 * FRAME, "ms"
    for key in results.keys("storm"):
        if key.server == OURS:
            yield "300 joiners in a second, p99", results.worst(key, "joiners_join.first_key_frame_ms.p99"), 150, "ms"
            yield "300 joiners in a second, packets lost by those who watch", results.total(key, "window.lost"), 0, ""


def _most_checks(results):
    for transport in ("tcp", "udp"):
        ours = largest_crowd(results, OURS, transport)
        rival = largest_crowd(results, RIVAL, transport)
        # Turned round, so that here too less is better.
        yield f"most viewers of {RIVAL} as a share of ours, {transport.upper()}", rival / ours if ours and rival else None, 1 / 2.2, "x"


def _transport_checks(results):
    for key in results.keys("transports"):
        plain_udp, bare = dataclasses.replace(key, transport="udp"), dataclasses.replace(key, server=BARE, transport="tcp")
        fewer = dataclasses.replace(key, viewers=100)
        if key.server != OURS:
            continue
        if (key.transport, key.viewers) == ("tls", 100):
            yield "CPU per packet, TLS 100, against bare and the cipher", BareCost(results, key).ratio(bare), 1.3, "x"
        if (key.transport, key.viewers) == ("srtp-udp", 400):
            yield "CPU per packet, SRTP over UDP 400, against UDP", results.ratio(key, plain_udp, COST), 1.15, "x"
        if (key.transport, key.viewers) == ("multicast", 400):
            yield "CPU in all, multicast 400, against 100", results.ratio(key, fewer, "window.server_cpu_us"), 1.25, "x"


def largest_crowd(results, server, transport):
    """Of the part `most`: every crowd but the last one tried was kept up with."""
    tried = sorted(key.viewers for key in results.keys("most") if (key.server, key.transport) == (server, transport))
    return tried[-2] if len(tried) > 1 else None


def checks(results):
    """All targets that something was measured for."""
    rows = []
    for group in (_cost_checks, _audio_checks, _latency_checks, _one_viewer_checks, _join_checks, _most_checks, _transport_checks):
        rows += [Check(*row) for row in group(results) if row[1] is not None]
    return rows
