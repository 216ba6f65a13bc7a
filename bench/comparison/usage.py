# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a process uses: CPU time, and system calls."""

import pathlib
import shutil
import subprocess
import time


def cpu_nanoseconds(pid):
    """User and system time of all its threads. /proc/PID/stat tells the same in ticks of 10 ms, too coarse for one viewer."""
    total = 0
    for schedstat in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
        total += int(schedstat.read_text().split()[0])
    return total


def over(pid, seconds):
    """CPU time within a window from now on."""
    began, before = time.monotonic(), cpu_nanoseconds(pid)
    time.sleep(seconds)
    used, elapsed = cpu_nanoseconds(pid) - before, time.monotonic() - began
    return {"cpu_us_per_s": used / 1000 / elapsed}


class CallCounter:
    """Counts the system calls of a process for `seconds`, beginning `delay` after entering the context, with perf(1) if it may."""

    def __init__(self, pid, delay, seconds):
        script = 'sleep "$1" && exec perf stat -x, -e raw_syscalls:sys_enter -p "$2" -- sleep "$3"'
        self._command = ["sh", "-c", script, "count", str(delay), str(pid), str(seconds)]
        self._seconds = seconds
        self._perf = None
        self.per_second = None

    def __enter__(self):
        if shutil.which("perf"):
            self._perf = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        if not self._perf:
            return
        output = self._perf.communicate(timeout=60)[1]
        count = output.split(",", 1)[0].strip()
        if self._perf.returncode == 0 and count.isdigit():
            self.per_second = int(count) / self._seconds
