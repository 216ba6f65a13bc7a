# SPDX-License-Identifier: LGPL-2.1-or-later
"""A child process with its output in files, ended by its own pid."""

import os
import re
import signal
import subprocess

from .deadline import wait_until

# What must never be said by a process that carries the plugin.
_BROKEN = re.compile(
    r'CRITICAL|GLib-GObject-WARNING|assertion|Bail out|Segmentation|AddressSanitizer|ThreadSanitizer'
    r'|runtime error:|Caught SIG'
)
# But for rtspsrc, which may say so when it is stopped in the middle of a request (docs/elements/rtspproxysrc.md).
_RTSPSRC_STOPPED = 'gst_event_set_seqnum: assertion'


class Process:
    def __init__(self, command, folder, name, env=None, stdin=None):
        self.command = [str(part) for part in command]
        self.stdout_path = os.path.join(folder, name + '.out')
        self.stderr_path = os.path.join(folder, name + '.err')
        with open(self.stdout_path, 'wb') as out, open(self.stderr_path, 'wb') as err:
            self._child = subprocess.Popen(
                self.command,
                stdin=stdin or subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=env,
                cwd=folder,
                start_new_session=True,
            )

    @property
    def pid(self):
        return self._child.pid

    @property
    def stdin(self):
        return self._child.stdin

    def running(self):
        return self._child.poll() is None

    @property
    def returncode(self):
        return self._child.poll()

    def output(self):
        return _text(self.stdout_path)

    def errors(self):
        return _text(self.stderr_path)

    def broken_lines(self):
        """Lines of stderr that tell of a programming error."""
        has_rtspsrc = any('rtspproxysrc' in word for word in self.command)
        lines = [line for line in self.errors().splitlines() if _BROKEN.search(line)]
        return [line for line in lines if not (has_rtspsrc and _RTSPSRC_STOPPED in line)]

    def wait(self, seconds):
        wait_until(lambda: not self.running(), seconds, f'end of {self.command[0]}')
        return self.returncode

    def stop(self, seconds=10, first=signal.SIGINT):
        """Asks to end, insists after `seconds`. Returns whether asking was enough."""
        if not self.running():
            return True
        self._child.send_signal(first)
        try:
            self._child.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            self.kill()
            return False

    def kill(self):
        if self.running():
            self._child.kill()
        self._child.wait()
        if self._child.stdin:
            self._child.stdin.close()


def _text(path):
    with open(path, 'rb') as file:
        return file.read().decode('utf-8', 'replace')


def descriptors(pid):
    """How many file descriptors a process has open."""
    return len(os.listdir(f'/proc/{pid}/fd'))


def threads(pid):
    return len(os.listdir(f'/proc/{pid}/task'))


def resident_kilobytes(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return int(re.search(r'VmRSS:\s+(\d+)', file.read()).group(1))


def cpu_seconds(pid):
    """User and system time of all threads so far."""
    with open(f'/proc/{pid}/stat', encoding='ascii') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
