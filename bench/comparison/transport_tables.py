# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tables of the part `transports`."""

import dataclasses
import statistics

from comparison import ciphers
from comparison.markdown import number, table
from comparison.results import COST, OURS
from comparison.transports import TRANSPORTS


def _label(key):
    label = TRANSPORTS[key.transport].label
    return label if key.server == OURS else f"{key.server}, {label}"


def transport_table(results):
    """What each costs, alone and against TCP; a row for each and columns for the numbers of viewers."""
    keys = results.keys("transports")
    crowds = sorted({key.viewers for key in keys})
    rows = []
    for first in (key for key in keys if key.viewers == crowds[0]):
        row = [dataclasses.replace(first, viewers=viewers) for viewers in crowds]
        tcp = [dataclasses.replace(key, server=OURS, transport="tcp") for key in row]
        per_second = [results.within_rounds(lambda used, seconds: used / seconds / 1000, (key, "window.server_cpu_us"), (key, "window.seconds"))
                      for key in row]
        rows.append([_label(first)] + [number(results.median(key, COST), 3) for key in row]
                    + [number(results.ratio(key, plain, COST)) for key, plain in zip(row, tcp)] + [number(used, 1) for used in per_second])
    header = [f"{what} {viewers}".strip() for what in ("", "against TCP", "ms of CPU a second,") for viewers in crowds]
    return table(["CPU us per packet and viewer"] + header, rows)


def cipher_table(results):
    """What a cipher adds, beside what it costs by itself."""
    rows = []
    for key in results.keys("transports"):
        bare_cost = ciphers.BareCost(results, key)
        if not bare_cost.algorithms:
            continue
        plain = dataclasses.replace(key, transport=TRANSPORTS[key.transport].plain)
        rows.append([
            f"{_label(key)} {key.viewers}, {' and '.join(bare_cost.algorithms)}",
            number(results.median(key, COST), 3),
            f"{_label(plain)} {number(results.median(plain, COST), 3)}",
            number(results.within_rounds(lambda cost, without: cost - without, (key, COST), (plain, COST)), 3),
            number(bare_cost.us_per_packet, 3),
            number(bare_cost.ratio(plain)),
        ])
    return table(["us per packet and viewer", "in all", "without", "more", "the cipher by itself", "in all, against without and cipher"], rows)


def speed_table(results):
    """`openssl speed`, of all rounds together."""
    keys = results.keys(ciphers.PART)
    sizes = sorted({key.stream for key in keys}, key=lambda size: int(size.split()[0]))
    rows = []
    for algorithm in dict.fromkeys(key.transport for key in keys):
        costs = {size: [results.median(key, "us_per_packet") for key in keys if (key.transport, key.stream) == (algorithm, size)] for size in sizes}
        rows.append([algorithm] + [number(statistics.median(costs[size]), 3) if costs[size] else "-" for size in sizes])
    return table(["us per packet of 1,400 bytes"] + [f"in portions of {size}" for size in sizes], rows)
