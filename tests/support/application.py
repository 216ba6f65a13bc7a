# SPDX-License-Identifier: LGPL-2.1-or-later
"""The test's side of host.py: a server in an application, told to change state, to end, to tell its port."""

import os
import subprocess
import sys

from .deadline import wait_until
from .pipeline import Server, plugin_environment
from .process import Process

_HOST = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'host.py')


def why_not():
    """Why there can be no application here, '' if there can."""
    probe = subprocess.run(
        [sys.executable, '-c', 'import gi; gi.require_version("Gst", "1.0")'], capture_output=True, check=False
    )
    return '' if probe.returncode == 0 else 'python3-gi or gir1.2-gstreamer-1.0 is not installed'


class Application(Server):
    def __init__(self, folder, line, name='application', debug='', program=''):
        super().__init__(
            Process([sys.executable, _HOST, line, program], folder, name, env=plugin_environment(debug), stdin=subprocess.PIPE),
            0,
        )
        self._answers = 0

    def tell(self, command, seconds=30):
        """The answer to one command."""
        self.process.stdin.write(command.encode() + b'\n')
        self.process.stdin.flush()
        self._answers += 1

        def answer():
            if not self.process.running():
                raise AssertionError('application ended:\n' + self.log())
            lines = self.process.output().split('\n')[:-1]
            return lines[self._answers - 1] if len(lines) >= self._answers else None

        return wait_until(answer, seconds, f'answer to {command}')

    def play(self):
        """Starts, and learns the port that rtspsink (named `sink`) was given."""
        self.tell('play')
        self.port = int(self.tell('get sink bound-port'))
        return self.wait_ready()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)
        broken = self.process.broken_lines()
        if broken or self.process.returncode != 0:
            raise AssertionError(f'application ended with {self.process.returncode}:\n' + self.log())
