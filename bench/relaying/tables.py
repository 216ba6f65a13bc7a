# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tables of bench/relay."""

from comparison.markdown import number, table
from relaying import cost, hops
from relaying.relays import RELAYS

NUMBERS = ("no relay", "one relay", "two relays", "three relays")


def _against(results, key, name):
    others = [other for other in results.keys(cost.PART) if other.server == name]
    return number(results.ratio(key, others[0], cost.PER_STREAM)) if others else "-"


def cost_table(results):
    rows = []
    for key in results.keys(cost.PART):
        used, kib = results.median(key, cost.PER_STREAM), results.median(key, "anonymous_kib")
        rows.append([
            RELAYS[key.server].label,
            number(used and used / 1000),
            number(used and 1e6 / used, 0),
            _against(results, key, "rtspsrc"),
            _against(results, key, "ffmpeg"),
            number(results.median(key, "processes"), 0),
            number(results.median(key, "threads"), 0),
            number(results.median(key, "descriptors"), 0),
            number(kib and kib / 1024, 0),
            number(results.median(key, "mbit_per_s")),
            number(results.total(key, "viewers.lost"), 0),
        ])
    header = ["relay", "ms of CPU a second and stream", "streams per core", "against rtspsrc", "against ffmpeg"]
    return table(header + ["processes", "threads", "descriptors", "MiB", "Mbit/s of a stream", "lost"], rows)


def hop_table(results):
    rows = []
    for key in results.keys(hops.PART):
        first = hops.key_of(key.server.removeprefix("latency="), 0)
        row = [f"{NUMBERS[key.viewers]}, {key.server}" if key.viewers else NUMBERS[0]]
        row += [number(results.median(key, f"latency_ms.{percentile}")) for percentile in ("p50", "p90", "p99", "max")]
        for percentile in ("p50", "p99") if key.viewers else ():
            path, behind = f"latency_ms.{percentile}", key.viewers
            row.append(number(results.within_rounds(lambda late, early, behind=behind: (late - early) / behind, (key, path), (first, path))))
        rows.append(row + ["-"] * (7 - len(row)))
    return table(["ms from the camera's source to the viewer's kernel", "p50", "p90", "p99", "worst", "added per relay, p50", "p99"], rows)


def _share(row):
    return number(row["share"] * 100, 1)


def profile_tables(profile, streams):
    calls = [[RELAYS[name].label, number(rows["calls_per_s"] / streams, 0)] for name, rows in profile.items() if rows["calls_per_s"]]
    parts = [table(["relay", "system calls a second and stream"], calls)] if calls else []
    for name, rows in profile.items():
        label = RELAYS[name].label
        threads = [[row["name"], row["threads"], number(row["us_per_s"] / streams / 1000, 3), _share(row)] for row in rows["threads"] if row["share"] > 0.001]
        parts.append(table([f"{label}: threads", "how many", "ms a second and stream", "%"], threads))
        if "objects" in rows:
            parts.append(table([f"{label}: object", "%"], [[row["object"], _share(row)] for row in rows["objects"] if row["share"] > 0.005]))
            functions = [[f"{row['function']} ({row['object']})", _share(row)] for row in rows["functions"] if row["share"] > 0.005]
            parts.append(table([f"{label}: function", "%"], functions))
    return "\n".join(parts)


def render(results, profile, streams):
    """Every table that there are results for, under its heading."""
    sections = [
        (f"{streams} streams of 4 Mbit/s", results.keys(cost.PART), lambda: cost_table(results)),
        ("Latency that a relay adds", results.keys(hops.PART), lambda: hop_table(results)),
        ("Where the time goes", profile, lambda: profile_tables(profile, streams)),
    ]
    return "\n".join(f"### {title}\n\n{draw()}" for title, present, draw in sections if present)
