# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the CPU time of a relay goes: by thread, from /proc; by shared object and function, from perf(1) where it may be used."""

import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from comparison.usage import CallCounter

FREQUENCY = 4999  # Hz of time that the process runs; not a multiple of the kernel's tick
FUNCTIONS = 25
CALLS_WINDOW = 1  # seconds
UNNAMED = re.compile(r"0x[0-9a-f]+$")


def threads(pid):
    """By thread: its name without numbers, which differ from stream to stream, and the nanoseconds that it ran."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            name = (task / "comm").read_text(encoding="utf-8").strip()
            found[task.name] = re.sub(r"\d+", "N", name), int((task / "schedstat").read_text(encoding="ascii").split()[0])
        except OSError:  # it has ended
            continue
    return found


def thread_rows(before, after, seconds):
    """Threads of one name together, those that took most first."""
    used, count = collections.Counter(), collections.Counter()
    for task, (name, nanoseconds) in after.items():
        used[name] += nanoseconds - before.get(task, (name, 0))[1]
        count[name] += 1
    whole = max(1, used.total())
    return [{"name": name, "threads": count[name], "us_per_s": spent / 1000 / seconds, "share": spent / whole} for name, spent in used.most_common()]


def perf_report(data, keys):
    command = ["perf", "report", "-i", data, "--stdio", "--no-children", "-F", f"overhead,{keys}", "-t", "|", "--percent-limit", "0"]
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    for line in output.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if line.strip() and not line.startswith("#") and cells[0].endswith("%"):
            yield float(cells[0][:-1]) / 100, cells[1:]


def function_rows(data):
    """Functions whose names are not in the object are one row of each object."""
    shares = collections.Counter()
    for share, (thing, symbol) in perf_report(data, "dso,sym"):
        name = symbol.split("] ", 1)[-1]
        shares[thing, "(not exported)" if UNNAMED.match(name) else name] += share
    return [{"object": thing, "function": name, "share": share} for (thing, name), share in shares.most_common(FUNCTIONS)]


def object_rows(data):
    return [{"object": cells[0], "share": share} for share, cells in perf_report(data, "dso")]


class Perf:
    """`perf record` of a process, for some seconds. By the clock of the processor, which virtual machines have too."""

    def __init__(self, pid, seconds):
        self._folder = tempfile.TemporaryDirectory()
        self._data = os.path.join(self._folder.name, "perf.data")
        command = ["perf", "record", "-q", "-e", "cpu-clock", "-F", str(FREQUENCY), "-o", self._data, "-p", str(pid), "--", "sleep", str(seconds)]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True) if shutil.which("perf") else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def rows(self):
        """Waits for it. Nothing where there is no perf, or it may not."""
        if not self._process:
            print("  without objects and functions: perf is not installed (package linux-perf)", file=sys.stderr)
            return {}
        complaint = self._process.communicate(timeout=120)[1].strip()
        try:
            if self._process.returncode == 0:
                return {"objects": object_rows(self._data), "functions": function_rows(self._data)}
        except subprocess.SubprocessError as error:
            complaint = str(error)
        print(f"  without objects and functions, because of perf: {complaint.splitlines()[0] if complaint else 'it failed'}", file=sys.stderr)
        return {}


def over(pid, seconds):
    """Of one process, from now on. By thread first: counting calls and sampling take time themselves."""
    before, began = threads(pid), time.monotonic()
    time.sleep(seconds / 2)
    rows = {"threads": thread_rows(before, threads(pid), time.monotonic() - began)}
    with CallCounter(pid, delay=0, seconds=CALLS_WINDOW) as counter:
        pass
    rows["calls_per_s"] = counter.per_second
    with Perf(pid, seconds / 2) as perf:
        rows.update(perf.rows())
    return rows
