# SPDX-License-Identifier: LGPL-2.1-or-later
"""A camera that answers as its script says: well, badly, or not at all."""

import re
import socket
import struct
import threading

_SOUND = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=fake\r\nt=0 0\r\nm=audio 0 RTP/AVP {type}\r\na=control:stream\r\n'
SOUND = _SOUND.format(type=0)
OTHER_SOUND = _SOUND.format(type=8)
PICTURE = (
    'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=fake\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n'
    'a=fmtp:96 packetization-mode=1\r\na=control:stream\r\n'
)
_INTERVAL = 0.02


class Silence(Exception):
    """Nothing more is said, and the connection stays."""


class FakeCamera:
    """Each method of a subclass gives what is sent for a request of that name; all are as of a good camera here.

    Connections are served by threads of their own until close()."""

    sdp = SOUND
    payload_type = 0
    ssrc = 0x1234
    payload = b'\xff' * 160
    ticks = 160

    def __init__(self):
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self._links = []
        self._closing = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f'rtsp://127.0.0.1:{self.port}/fake'

    def close(self):
        self._closing.set()
        self._listener.close()
        for link in self._links:
            link.close()

    # What is answered

    def options(self, head):
        return self.reply(head, '200 OK', 'Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n')

    def describe(self, head):
        return self.reply(head, '200 OK', 'Content-Type: application/sdp\r\n', self.sdp)

    def setup(self, head):
        more = 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1234;timeout=60\r\n'
        return self.reply(head, '200 OK', more)

    def play(self, head):
        return self.reply(head, '200 OK', 'Session: 1234\r\n')

    def other(self, head):
        return self.reply(head, '200 OK', 'Session: 1234\r\n')

    def packets(self):
        """(sequence number, RTP time) of each, one every 20 ms; None for a time without."""
        number = 0
        while True:
            yield number & 0xFFFF, (number * self.ticks) & 0xFFFFFFFF
            number += 1

    @staticmethod
    def reply(head, status, more='', body=''):
        sequence = re.search(r'CSeq: *(\d+)', head, re.IGNORECASE).group(1)
        length = f'Content-Length: {len(body)}\r\n' if body else ''
        return f'RTSP/1.0 {status}\r\nCSeq: {sequence}\r\n{more}{length}\r\n{body}'.encode()

    # How

    def _accept(self):
        while not self._closing.is_set():
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            self._links.append(link)
            self.connections += 1
            threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link):
        try:
            self._talk(link)
        except Silence:
            self._closing.wait()
        except (OSError, ValueError):
            pass
        link.close()

    def _talk(self, link):
        said = b''
        streams = None
        link.settimeout(_INTERVAL)
        while not self._closing.is_set():
            try:
                more = link.recv(4096)
                if not more:
                    return
                said += more
            except socket.timeout:
                pass
            while b'\r\n\r\n' in said:
                head, _, said = said.partition(b'\r\n\r\n')
                method = re.search(rb'([A-Z_]+) \S+ RTSP', head)
                name = method.group(1).decode().lower() if method else 'other'
                link.sendall(getattr(self, name, self.other)(head.decode('utf-8', 'replace')))
                streams = self.packets() if name == 'play' else streams
            packet = next(streams) if streams else None
            if packet:
                link.sendall(self._packet(*packet))

    def _packet(self, sequence, time):
        packet = struct.pack('>BBHII', 0x80, self.payload_type, sequence, time, self.ssrc) + self.payload
        return struct.pack('>cBH', b'$', 0, len(packet)) + packet
