# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows of measurements, their medians, and ratios between servers."""

import dataclasses
import statistics


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

    def ratio(self, key, other, path):
        """Median of the ratios within a round: the speed of a shared machine changes from round to round."""
        ratios = []
        for mine, theirs in zip(self._reports.get(key, []), self._reports.get(other, [])):
            numerator, denominator = lookup(mine, path), lookup(theirs, path)
            if numerator is not None and denominator:
                ratios.append(numerator / denominator)
        return statistics.median(ratios) if ratios else None

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
