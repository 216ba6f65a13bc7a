# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client that sends exactly the bytes it is told, and hides nothing of what comes back."""

import collections
import re
import socket
import ssl

from .deadline import Deadline


class Response:
    def __init__(self, status, reason, headers, body):
        self.status = status
        self.reason = reason
        self._headers = headers  # (name, value) as they came
        self.body = body

    def __getitem__(self, name):
        return self.get(name)

    def get(self, name, default=None):
        values = self.all(name)
        return values[0] if values else default

    def all(self, name):
        return [value for key, value in self._headers if key.lower() == name.lower()]

    def __contains__(self, name):
        return bool(self.all(name))

    @property
    def session(self):
        return (self.get('Session') or '').split(';')[0].strip()

    def transport(self, parameter):
        """A parameter of the Transport header, '' for one without a value, None if it is not there."""
        for part in (self.get('Transport') or '').split(';'):
            key, _, value = part.partition('=')
            if key.strip().lower() == parameter.lower():
                return value.strip().strip('"')
        return None

    def __repr__(self):
        head = '\n'.join(f'  {name}: {value}' for name, value in self._headers)
        return f'<{self.status} {self.reason}\n{head}>'


def request_bytes(method, url, headers, body=b'', version='RTSP/1.0'):
    lines = [f'{method} {url} {version}'] + [f'{name}: {value}' for name, value in headers.items()]
    if body:
        lines.append(f'Content-Length: {len(body)}')
    return ('\r\n'.join(lines) + '\r\n\r\n').encode() + body


class RtspClient:
    def __init__(self, port, address='127.0.0.1', timeout=10, receive_buffer=None, tls=None, source='', prefix=b''):
        """`tls`: an ssl.SSLContext to speak TLS with; `source`: the address to come from; `prefix`: what is sent before
        anything else, as a balancer does."""
        self._socket = _connect((address, port), timeout, receive_buffer, source)
        self._socket.sendall(prefix)
        if tls:
            self._socket = tls.wrap_socket(self._socket, server_hostname='localhost')
        self._timeout = timeout
        self._pending = b''
        self._cseq = 0
        self.frames = collections.deque()  # (channel, bytes) that came while a response was awaited
        self.session = None

    def fileno(self):
        return self._socket.fileno()

    @property
    def local_address(self):
        return self._socket.getsockname()

    def peer_certificate(self):
        """DER bytes of what the server showed."""
        return self._socket.getpeercert(binary_form=True)

    def close(self):
        self._socket.close()

    def reset(self):
        """Leaves as a killed process behind a firewall does: RST instead of FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\x01\x00\x00\x00\x00\x00\x00\x00')
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Sending

    def send(self, data):
        self._socket.sendall(data)

    def send_in_portions(self, data, size):
        """One segment per portion."""
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(data), size):
            self._socket.sendall(data[start : start + size])

    def next_cseq(self):
        self._cseq += 1
        return self._cseq

    def make(self, method, url, headers=None, body=b'', version='RTSP/1.0'):
        """The bytes of a request with the next CSeq and the session, if there is one."""
        fields = {'CSeq': self.next_cseq()}
        if self.session:
            fields['Session'] = self.session
        fields.update(headers or {})
        return request_bytes(method, url, {k: v for k, v in fields.items() if v is not None}, body, version)

    def request(self, method, url, headers=None, body=b'', version='RTSP/1.0'):
        self.send(self.make(method, url, headers, body, version))
        return self.read_response()

    # Receiving

    def read_response(self, timeout=None):
        deadline = Deadline(timeout or self._timeout, 'RTSP response')
        while True:
            item = self._next(deadline)
            if item is None:
                raise ConnectionError('server closed the connection')
            if isinstance(item, Response):
                self._remember_session(item)
                return item
            self.frames.append(item)

    def read_frame(self, timeout=None):
        """The next interleaved (channel, bytes), None at the end of the connection."""
        if self.frames:
            return self.frames.popleft()
        deadline = Deadline(timeout or self._timeout, 'interleaved frame')
        while True:
            item = self._next(deadline)
            if not isinstance(item, Response):
                return item

    def buffered(self):
        """Whether something is already here, so that waiting for the socket would be wrong."""
        in_records = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0
        return in_records or _take(self._pending)[0] is not None

    def closed_by_server(self, timeout=None):
        """Whether the server closes, whatever it sends before. Running out of time is False."""
        deadline = Deadline(timeout or self._timeout, 'end of connection')
        while not deadline.expired():
            self._socket.settimeout(max(deadline.left(), 0.001))
            try:
                if not self._socket.recv(65536):
                    return True
            except socket.timeout:
                return False
            except ConnectionError:
                return True
        return False

    def _remember_session(self, response):
        if response.session:
            self.session = response.session

    def _next(self, deadline):
        while True:
            item, self._pending = _take(self._pending)
            if item is not None:
                return item
            self._socket.settimeout(max(deadline.check(), 0.001))
            try:
                data = self._socket.recv(262144)
            except socket.timeout:
                continue
            if not data:
                return None
            self._pending += data


def _connect(where, timeout, receive_buffer, source):
    family = socket.AF_INET6 if ':' in where[0] else socket.AF_INET
    link = socket.socket(family, socket.SOCK_STREAM)
    if receive_buffer:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    link.settimeout(timeout)
    if source:
        link.bind((source, 0))
    link.connect(where)
    return link


def _take(data):
    """One response or interleaved frame off the front of `data`, or None."""
    if data[:1] == b'$':
        if len(data) < 4:
            return None, data
        end = 4 + int.from_bytes(data[2:4], 'big')
        return ((data[1], data[4:end]), data[end:]) if len(data) >= end else (None, data)
    end = data.find(b'\r\n\r\n')
    if end < 0:
        return None, data
    return _take_response(data, end)


def _take_response(data, end):
    first, *rest = data[:end].decode('utf-8', 'replace').split('\r\n')
    match = re.match(r'RTSP/1\.0 (\d{3}) (.*)$', first)
    if not match:
        raise AssertionError(f'not a status line: {first!r}')
    headers = [tuple(part.strip() for part in line.split(':', 1)) for line in rest]
    response = Response(int(match.group(1)), match.group(2), headers, b'')
    size = int(response.get('Content-Length', '0'))
    if len(data) < end + 4 + size:
        return None, data
    response.body = data[end + 4 : end + 4 + size]
    return response, data[end + 4 + size :]
