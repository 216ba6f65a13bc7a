# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows of measurements, their medians, and ratios between servers."""

import dataclasses
import statistics

OURS, RIVAL, BARE = "rtspsink", "gst-rtsp-server", "bare"
COST = "window.server_us_per_packet"


@dataclasses.dataclass(frozen=True)
class Key:
    """What was measured; rows of several rounds share it."""

    part: str
    server: str
    transport: str
    viewers: int
    stream: str


def lookup(report, path):
    """The number at a dotted path into a report, or None."""
    for name in path.split("."):
        report = report.get(name) if isinstance(report, dict) else None
    return report


class Results:
    """The reports of all runs, in the order of the rounds."""

    def __init__(self):
        self._reports = {}

    def add(self, key, report):
        self._reports.setdefault(key, []).append(report)

    def keys(self, part):
        return [key for key in self._reports if key.part == part]

    def _values(self, key, path):
        values = (lookup(report, path) for report in self._reports.get(key, []))
        return [value for value in values if value is not None]

    def median(self, key, path):
        values = self._values(key, path)
        return statistics.median(values) if values else None

    def worst(self, key, path):
        values = self._values(key, path)
        return max(values) if values else None

    def total(self, key, path):
        values = self._values(key, path)
        return sum(values) if values else None

    def first(self, key, path):
        values = self._values(key, path)
        return values[0] if values else None

    def within_rounds(self, function, *where):
        """Median of function(number at where[0], ...) of each round, where `where` are pairs of key and path: the speed of a
        shared machine changes from round to round."""
        values = []
        for reports in zip(*(self._reports.get(key, []) for key, _ in where)):
            numbers = [lookup(report, path) for report, (_, path) in zip(reports, where)]
            if None not in numbers:
                values.append(function(*numbers))
        values = [value for value in values if value is not None]
        return statistics.median(values) if values else None

    def ratio(self, key, other, path):
        """Median of the ratios within a round."""
        return self.within_rounds(lambda mine, theirs: mine / theirs if theirs else None, (key, path), (other, path))

    @classmethod
    def from_json(cls, rows):
        """What as_json() wrote."""
        results = cls()
        for row in rows:
            key = Key(**{field.name: row[field.name] for field in dataclasses.fields(Key)})
            for report in row["rounds"]:
                results.add(key, report)
        return results

    def errors(self):
        return sum("error" in report for reports in self._reports.values() for report in reports)

    def as_json(self):
        return [dict(dataclasses.asdict(key), rounds=reports) for key, reports in self._reports.items()]
