# SPDX-License-Identifier: LGPL-2.1-or-later
"""The two UDP sockets of a viewer: RTP on an even port, RTCP on the next."""

import socket

from .deadline import Deadline


class UdpPair:
    def __init__(self, address='127.0.0.1', receive_buffer=4 << 20, port=0):
        """`port`: an even one; 0: any."""
        self.rtp, self.rtcp = _bind_pair(address, port)
        for end in (self.rtp, self.rtcp):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)

    @property
    def port(self):
        return self.rtp.getsockname()[1]

    def receive_rtp(self, timeout=10):
        return _receive(self.rtp, timeout, 'RTP over UDP')

    def receive_rtcp(self, timeout=10):
        return _receive(self.rtcp, timeout, 'RTCP over UDP')

    def receive_for(self, seconds):
        """RTP comes for that long; that it stops is a failure."""
        deadline = Deadline(seconds, 'RTP over UDP')
        while not deadline.expired():
            self.receive_rtp()

    def silent(self, seconds):
        """Whether no RTP comes for that long."""
        self.rtp.settimeout(seconds)
        try:
            self.rtp.recv(65536)
            return False
        except socket.timeout:
            return True

    def drain(self):
        for end in (self.rtp, self.rtcp):
            end.setblocking(False)
            try:
                while True:
                    end.recv(65536)
            except BlockingIOError:
                pass

    def close(self):
        self.rtp.close()
        self.rtcp.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _receive(end, timeout, what):
    deadline = Deadline(timeout, what)
    while True:
        end.settimeout(max(deadline.check(), 0.001))
        try:
            return end.recvfrom(65536)
        except socket.timeout:
            continue


def _bind_pair(address, wanted):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    for _ in range(100):
        rtp, rtcp = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_DGRAM)
        try:
            rtp.bind((address, wanted))
            port = rtp.getsockname()[1]
            if port % 2 == 0:
                rtcp.bind((address, port + 1))
                return rtp, rtcp
        except OSError:
            pass
        rtp.close()
        rtcp.close()
    raise AssertionError('no pair of UDP ports is free')
