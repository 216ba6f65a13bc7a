# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who watches what is relayed: nobody, a viewer of each stream over RTSP, or one socket for each."""

import contextlib
import json
import selectors
import socket
import subprocess
import threading

JOIN_RATE = 200
SLACK = 30


class Nobody(contextlib.nullcontext):
    """Of relays that have no viewers."""

    def report(self):
        return None


class LoadClient:
    """load_client over RTSP, for `seconds` from the moment at which all its viewers receive."""

    def __init__(self, installation, url, *options, seconds):
        command = [installation.program("load_client"), f"--url={url}", "--settle=0", f"--window={seconds}", f"--join-rate={JOIN_RATE}"]
        self._seconds = seconds
        self._process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def ended(self):
        return self._process.poll() is not None

    def whole_report(self):
        """Waits for it: what load_client prints."""
        return json.loads(self._process.communicate(timeout=self._seconds + SLACK)[0])

    def report(self):
        """Waits for it: how many viewers received, and what they lost."""
        report = self.whole_report()
        window = report["window"]
        return {"receiving": report["viewers"]["receiving"], "lost": window["lost"], "fewest_packets_per_s": window["fewest_packets"] / window["seconds"]}


class Receiver:
    """One pair of UDP ports for RTP and RTCP, and what came of RTP."""

    def __init__(self):
        self.packets = self.lost = 0
        self._expected = None
        while True:
            with contextlib.ExitStack() as sockets:
                rtp = sockets.enter_context(socket.socket(type=socket.SOCK_DGRAM))
                rtcp = sockets.enter_context(socket.socket(type=socket.SOCK_DGRAM))
                rtp.bind(("127.0.0.1", 0))
                self.port = rtp.getsockname()[1]
                # RFC 3550 section 11: RTP at the even port, RTCP at the next.
                if self.port % 2:
                    continue
                try:
                    rtcp.bind(("127.0.0.1", self.port + 1))
                except OSError:
                    continue
                sockets.pop_all()
                break
        rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        rtp.setblocking(False)
        self.rtp, self._rtcp = rtp, rtcp

    def close(self):
        self.rtp.close()
        self._rtcp.close()

    def drain(self, buffer):
        with contextlib.suppress(BlockingIOError):
            while self.rtp.recv_into(buffer):
                sequence = buffer[2] << 8 | buffer[3]
                self.packets += 1
                if self._expected is not None:
                    self.lost += (sequence - self._expected) & 0xFFFF
                self._expected = (sequence + 1) & 0xFFFF


class Receivers:
    """Sockets that packets are sent to without being asked for, read by one thread. What comes is counted until report()."""

    def __init__(self, streams):
        self._receivers = [Receiver() for _ in range(streams)]
        self.ports = [receiver.port for receiver in self._receivers]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        for receiver in self._receivers:
            receiver.close()

    def _read(self):
        buffer = bytearray(2048)
        with selectors.DefaultSelector() as selector:
            for receiver in self._receivers:
                selector.register(receiver.rtp, selectors.EVENT_READ, receiver)
            while not self._stop.is_set():
                for key, _ in selector.select(0.1):
                    key.data.drain(buffer)

    def receiving(self):
        return sum(receiver.packets > 0 for receiver in self._receivers)

    def report(self):
        return {"receiving": self.receiving(), "lost": sum(receiver.lost for receiver in self._receivers)}
