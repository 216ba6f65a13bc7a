# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs load_client against a server."""

import dataclasses
import json
import subprocess

from comparison.servers import MOUNT
from comparison.transports import TRANSPORTS

SLACK = 60


@dataclasses.dataclass(frozen=True)
class Load:
    """Who watches, and for how long it is measured. Seconds."""

    transport: str
    viewers: int
    window: float
    settle: float = 2
    alone: float = 0
    join_rate: float = 200
    joiners: int = 0
    joiner_rate: float = 20
    stalled: int = 0
    kernel_time: bool = False

    def apply(self, installation, server, running, stream):
        """Measures; the report of load_client as a dict."""
        transport = TRANSPORTS[self.transport]
        command = [installation.program("load_client"), f"--url={transport.scheme}://127.0.0.1:{running.port}{MOUNT}"]
        command += [f"--server={running.pid}", f"--stamps={stream.stamps}", *transport.client]
        command += [f"--viewers={self.viewers}", f"--join-rate={self.join_rate}", f"--settle={self.settle}", f"--alone={self.alone}"]
        command += [f"--window={self.window}", f"--stall={self.stalled}"]
        command += [f"--joiners={self.joiners}", f"--joiner-rate={self.joiner_rate}"]
        if self.kernel_time:
            command.append("--kernel-time")
        if server.bare:
            command.append(f"--bare={'audio' if stream.is_audio else 'video'}")
        joining = self.viewers / self.join_rate + self.joiners / self.joiner_rate
        deadline = joining + self.alone + self.settle + self.window + SLACK
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=deadline, check=True)
        return json.loads(done.stdout)
