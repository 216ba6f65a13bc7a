# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTSP over WebSocket as ONVIF's clients do it, with every frame as the test wants it."""

import base64
import hashlib
import os
import struct

from .deadline import Deadline
from .http_tunnel import read_head
from .rtsp_client import RtspClient

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def upgrade_bytes(key, **changes):
    """The opening handshake; a field set to None is left out. `_` in a name stands for `-`."""
    fields = {
        'Host': 'localhost',
        'Connection': 'Upgrade',
        'Upgrade': 'websocket',
        'Sec-WebSocket-Key': key,
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Protocol': 'rtsp.onvif.org',
    }
    fields.update({name.replace('_', '-'): value for name, value in changes.items()})
    lines = [f'{name}: {value}' for name, value in fields.items() if value is not None]
    return ('GET /test HTTP/1.1\r\n' + '\r\n'.join(lines) + '\r\n\r\n').encode()


def new_key():
    return base64.b64encode(os.urandom(16)).decode()


def accept_of(key):
    return base64.b64encode(
        hashlib.sha1((key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest()
    ).decode()


def frame(payload, opcode=BINARY, final=True, masked=True, reserved=0):
    head = bytes([(0x80 if final else 0) | reserved | opcode])
    bit = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([bit | len(payload)])
    elif len(payload) < 65536:
        head += bytes([bit | 126]) + struct.pack('>H', len(payload))
    else:
        head += bytes([bit | 127]) + struct.pack('>Q', len(payload))
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def take_frame(data):
    """((opcode, payload), what follows) of a server's frame, or (None, data)."""
    if len(data) < 2:
        return None, data
    assert data[0] & 0x80 and not data[0] & 0x70 and not data[1] & 0x80, f'not a whole unmasked frame: {data[:2].hex()}'
    size, start = data[1], 2
    if size == 126:
        size, start = int.from_bytes(data[2:4], 'big'), 4
    elif size == 127:
        size, start = int.from_bytes(data[2:10], 'big'), 10
    if len(data) < start + size:
        return None, data
    return (data[0] & 0x0F, data[start : start + size]), data[start + size :]


class _Link:
    """A socket's face for what is inside of the frames."""

    def __init__(self, link):
        self.below = link
        self._pending = b''
        self.control = []  # (opcode, payload) that came

    def start(self, pending):
        self._pending = pending

    def sendall(self, data):
        self.below.sendall(frame(data))

    def recv(self, _):
        """One message, b'' at the end."""
        while True:
            item, self._pending = take_frame(self._pending)
            if item and item[0] == BINARY:
                return item[1]
            if item:
                self.control.append(item)
                if item[0] == CLOSE:
                    return b''
                continue
            data = self.below.recv(262144)
            if not data:
                return b''
            self._pending += data

    def has_frame(self):
        return take_frame(self._pending)[0] is not None

    def __getattr__(self, name):
        return getattr(self.below, name)


class WebSocketClient(RtspClient):
    def __init__(self, port, address='127.0.0.1', tls=None, prefix=b''):
        super().__init__(port, address, tls=tls, prefix=prefix)
        key = new_key()
        self._socket.sendall(upgrade_bytes(key))
        self.status, self.head, rest = read_head(self._socket)
        assert self.status == 101, self.head
        assert f'Sec-WebSocket-Accept: {accept_of(key)}' in self.head, self.head
        self._socket = _Link(self._socket)
        self._socket.start(rest)

    def send_raw(self, data):
        self._socket.below.sendall(data)

    def buffered(self):
        return super().buffered() or self._socket.has_frame()

    def control(self, seconds=10):
        """The next control frame, (opcode, payload), None when the connection ends without one."""
        deadline = Deadline(seconds, 'control frame')
        while not self._socket.control:
            self._socket.settimeout(max(deadline.check(), 0.001))
            if not self._socket.recv(65536) and not self._socket.control:
                return None
        return self._socket.control.pop(0)

    def close_code(self):
        answer = self.control()
        return int.from_bytes(answer[1][:2], 'big') if answer and answer[0] == CLOSE else None
