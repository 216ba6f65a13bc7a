# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tables of the results."""

import dataclasses

from comparison.markdown import number, table
from comparison.results import COST, OURS
from comparison.targets import checks, largest_crowd
from comparison.transport_tables import cipher_table, speed_table, transport_table


def _cost_table(results, part):
    keys = results.keys(part)
    columns = sorted({(key.transport, key.viewers) for key in keys})
    rows = []
    for server in dict.fromkeys(key.server for key in keys):
        by_column = {(key.transport, key.viewers): key for key in keys if key.server == server}
        rows.append([server] + [number(results.median(by_column[c], COST), 3) if c in by_column else "-" for c in columns])
    return table(["CPU us per packet and viewer"] + [f"{transport.upper()} {viewers}" for transport, viewers in columns], rows)


def _detail_table(results, part):
    rows = []
    for key in results.keys(part):
        rows.append([
            f"{key.server}, {key.transport.upper()} {key.viewers}",
            number(results.total(key, "window.lost"), 0),
            number(results.median(key, "server.threads"), 0),
            number(results.median(key, "server.kib_per_viewer"), 1),
            number(results.median(key, "spread_ms.p50")),
            number(results.median(key, "spread_ms.p99")),
            number(results.median(key, "latency_ms.p50")),
            number(results.median(key, "latency_ms.p99")),
        ])
    header = ["server", "lost", "threads", "KiB/viewer", "spread p50", "p99 ms", "age when read p50", "p99 ms"]
    return table(header, rows)


def _marginal_table(results):
    """What more viewers cost, without what the stream costs however many watch."""
    rows = []
    for large in results.keys("cost"):
        small = dataclasses.replace(large, viewers=100)
        if large.viewers <= small.viewers or results.median(small, COST) is None:
            continue
        per_second = [results.median(key, f"window.{what}") for key in (small, large) for what in ("server_cpu_us", "seconds", "packets")]
        (cpu, seconds, packets), (more_cpu, more_seconds, more_packets) = per_second[:3], per_second[3:]
        marginal = (more_cpu / more_seconds - cpu / seconds) / (more_packets / more_seconds - packets / seconds)
        fixed = cpu / seconds - marginal * packets / seconds
        name = f"{large.server}, {large.transport.upper()} {small.viewers} to {large.viewers}"
        rows.append([name, number(marginal, 3), number(fixed / 1000, 1)])
    return table(["server", "us per further packet", "the rest, ms of CPU a second"], rows) if rows else ""


def _join_table(results, part):
    rows = []
    for key in results.keys(part):
        path = "joiners_join"
        rows.append([
            f"{key.server}, {key.stream}, {key.viewers} watch",
            number(results.median(key, f"{path}.first_rtp_ms.p50"), 1),
            number(results.median(key, f"{path}.first_key_frame_ms.p50"), 1),
            number(results.worst(key, f"{path}.first_key_frame_ms.p99"), 1),
            number(results.worst(key, f"{path}.first_key_frame_ms.max"), 1),
            number(results.worst(key, f"{path}.player_late_ms.max"), 1),
            number(results.total(key, "window.lost"), 0),
        ])
    return table(["ms after connect", "first RTP p50", "key frame p50", "p99", "worst", "player late", "lost by others"], rows)


def _one_viewer_table(results):
    rows = []
    for key in results.keys("one-viewer"):
        use = results.median(key, "cpu_us_per_s")
        name = key.server if key.server != OURS else f"{key.server}, {key.transport.upper()}"
        rows.append([f"{key.stream}: {name}", number(use and use / 10000)])
    return table(["whole process, one viewer", "% of a core"], rows)


def _latency_table(results):
    rows = []
    for key in results.keys("latency"):
        report = [results.median(key, f"latency_ms.{percentile}") for percentile in ("p50", "p90", "p99", "max")]
        rows.append([f"{key.server}, {key.transport.upper()} {key.viewers}", *map(number, report)])
    return table(["ms from the source to the kernel", "p50", "p90", "p99", "worst"], rows)


def _calls_table(results):
    rows = []
    for key in results.keys("calls"):
        rows.append([f"{key.server}, {key.transport.upper()} {key.viewers}", number(results.median(key, "calls_per_packet"), 3)])
    return table(["server", "system calls per packet"], rows)


def _most_table(results):
    pairs = dict.fromkeys((key.server, key.transport) for key in results.keys("most"))
    rows = [[f"{server}, {transport.upper()}", largest_crowd(results, server, transport) or "-"] for server, transport in pairs]
    return table(["server", "most viewers"], rows)


def _target_table(results):
    rows = []
    for check in checks(results):
        digits = 0 if check.unit == "" else 2
        verdict = "met" if check.met else "missed"
        rows.append([check.what, number(check.value, digits), f"{number(check.limit, digits)} {check.unit}".strip(), verdict])
    return table(["target", "measured", "at most", ""], rows)


def render(results):
    """Every table that there are results for, under its heading."""
    sections = [
        ("Targets", checks(results), _target_table),
        ("Video, 4 Mbit/s", results.keys("cost"), lambda r: _cost_table(r, "cost") + "\n" + _marginal_table(r) + "\n" + _detail_table(r, "cost")),
        ("Audio only, PCMU", results.keys("audio"), lambda r: _cost_table(r, "audio") + "\n" + _detail_table(r, "audio")),
        ("One viewer", results.keys("one-viewer"), _one_viewer_table),
        ("Latency added", results.keys("latency"), _latency_table),
        ("Joining", results.keys("join"), lambda r: _join_table(r, "join")),
        ("Joining, and asking the encoder", results.keys("asking"), lambda r: _join_table(r, "asking")),
        ("300 joiners in a second", results.keys("storm"), lambda r: _join_table(r, "storm")),
        ("A tenth stops reading", results.keys("stall"), lambda r: _detail_table(r, "stall")),
        ("System calls", results.keys("calls"), _calls_table),
        ("Most viewers", results.keys("most"), _most_table),
        ("Transports", results.keys("transports"), lambda r: transport_table(r) + "\n" + cipher_table(r) + "\n" + _detail_table(r, "transports")),
        ("Ciphers", results.keys("ciphers"), speed_table),
    ]
    return "\n".join(f"### {title}\n\n{draw(results)}" for title, present, draw in sections if present)
