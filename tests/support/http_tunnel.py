# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTSP over HTTP as a client does it: what it hears comes over GET, what it says goes over POST."""

import base64
import itertools
import socket

from .deadline import Deadline
from .rtsp_client import RtspClient

_COOKIES = itertools.count(1)


def new_cookie():
    return f'cookie{next(_COOKIES):08d}'


def head_bytes(method, cookie, more=''):
    field = f'x-sessioncookie: {cookie}\r\n' if cookie else ''
    return f'{method} /test HTTP/1.0\r\n{field}{more}\r\n'.encode()


def read_head(link, timeout=10):
    """(status, head, what follows it) of an HTTP response; status 0 if the connection ends before."""
    deadline = Deadline(timeout, 'HTTP response')
    data = b''
    while b'\r\n\r\n' not in data:
        link.settimeout(max(deadline.check(), 0.001))
        more = link.recv(4096)
        if not more:
            return 0, data.decode(), b''
        data += more
    head, _, rest = data.partition(b'\r\n\r\n')
    return int(head.split()[1]), head.decode(), rest


class Half:
    """One of the two connections."""

    def __init__(self, port, method, cookie, more='', address='127.0.0.1', tls=None, source='', prefix=b''):
        """`source` and `prefix`: as of RtspClient."""
        self.link = socket.create_connection((address, port), 10, (source, 0) if source else None)
        self.link.sendall(prefix)
        if tls:
            self.link = tls.wrap_socket(self.link, server_hostname='localhost')
        self.link.sendall(head_bytes(method, cookie, more))

    def answer(self):
        return read_head(self.link)

    def say(self, data):
        self.link.sendall(base64.b64encode(data))

    def close(self):
        self.link.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class TunnelClient(RtspClient):
    def __init__(self, port, address='127.0.0.1', tls=None, prefix=b''):
        super().__init__(port, address, tls=tls, prefix=prefix)
        self.cookie = new_cookie()
        self._where = (port, address)
        self._way = {'tls': tls, 'prefix': prefix}
        self._socket.sendall(head_bytes('GET', self.cookie, 'Accept: application/x-rtsp-tunnelled\r\n'))
        self.status, self.head, self._pending = read_head(self._socket)
        self.post = None
        self.reopen()

    def reopen(self):
        """The POST half anew, as clients do when a proxy has ended it."""
        if self.post:
            self.post.close()
        port, address = self._where
        self.post = Half(port, 'POST', self.cookie, 'Content-Length: 32767\r\n', address, **self._way)

    def send(self, data):
        self.post.say(data)

    def close(self):
        if self.post:
            self.post.close()
        super().close()
