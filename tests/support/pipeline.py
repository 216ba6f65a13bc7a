# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers under test: a gst-launch line with rtspsink in it, or the rival with the same streams."""

import os
import random
import socket
import subprocess
import sys

from . import stream
from .deadline import wait_until
from .process import Process

_HERE = os.path.dirname(os.path.abspath(__file__))

# Below those that Linux gives to whoever wants just any (ip_local_port_range): one of those could be somebody else's by
# the time that the server binds it.
_OWN_PORTS = range(10_000, 32_000)


def plugin_folder():
    """Where libgstrtspsink.so is; Meson tells."""
    return os.environ.get('RTSPSINK_PLUGIN_DIR', '')


def plugin_environment(debug=''):
    env = dict(os.environ)
    paths = [plugin_folder(), env.get('GST_PLUGIN_PATH', '')]
    env['GST_PLUGIN_PATH'] = ':'.join(path for path in paths if path)
    env['G_DEBUG'] = env.get('G_DEBUG', '')
    if debug:
        env['GST_DEBUG'] = debug
        env['GST_DEBUG_NO_COLOR'] = '1'
    return env


def free_port():
    for port in random.sample(_OWN_PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(('127.0.0.1', port))
                return port
            except OSError:
                pass
    raise AssertionError('no TCP port is free')


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('', port))
            return True
        except OSError:
            return False


def _answers(port, address):
    try:
        with socket.create_connection((address, port), 1) as link:
            link.sendall(b'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n')
            link.settimeout(2)
            return link.recv(4) == b'RTSP'
    except OSError:
        return False


def why_no_rival():
    """Why gst-rtsp-server cannot be asked here, '' if it can."""
    probe = subprocess.run(
        [sys.executable, '-c', 'import gi; gi.require_version("GstRtspServer", "1.0")'],
        capture_output=True,
        check=False,
    )
    return '' if probe.returncode == 0 else 'python3-gi or gir1.2-gst-rtsp-server-1.0 is not installed'


class Server:
    """A running server; `with` ends it and fails the test if it said CRITICAL."""

    def __init__(self, process, port, address='127.0.0.1', strict=True):
        self.process = process
        self._strict = strict  # whether what it says is our business
        self.port = port
        self.address = address

    def url(self, path='/test', host=None):
        host = host or (f'[{self.address}]' if ':' in self.address else self.address)
        return f'rtsp://{host}:{self.port}{path}'

    @property
    def pid(self):
        return self.process.pid

    def wait_ready(self, seconds=30):
        try:
            wait_until(self._is_ready, seconds, f'port {self.port} answering')
        except BaseException:
            self.process.kill()
            raise
        return self

    def _is_ready(self):
        if not self.process.running():
            raise AssertionError('server ended: ' + ' '.join(self.process.command) + '\n' + self.log())
        return _answers(self.port, self.address)

    def log(self):
        return self.process.output() + self.process.errors()

    def stop(self):
        """Ends the server, which must have lived until now and must end when it is interrupted."""
        if self._strict and not self.process.running():
            raise AssertionError(f'server ended by itself ({self.process.returncode}):\n{self.log()}')
        ended = self.process.stop()
        broken = self.process.broken_lines()
        if broken and self._strict:
            raise AssertionError('server said:\n' + '\n'.join(broken))
        if not ended and self._strict:
            raise AssertionError('server did not end when interrupted:\n' + self.process.errors())

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None:
            self.stop()
            return
        self.process.kill()
        sys.stderr.write(f'--- log of {" ".join(self.process.command)}\n{self.log()[-4000:]}\n---\n')


def launch(folder, words, port, debug='', name='server'):
    """gst-launch-1.0 with these words, which must make it listen on `port`."""
    process = Process(['gst-launch-1.0', *words], folder, name, env=plugin_environment(debug))
    return Server(process, port)


def serve(folder, presentations, kind='rtspsink', properties='', debug=''):
    """A running server of `presentations` on a free port."""
    port = free_port()
    if kind == 'rival':
        command = [sys.executable, os.path.join(_HERE, 'rival.py'), port, *stream.rival_arguments(presentations)]
        return Server(Process(command, folder, 'rival', env=plugin_environment(debug)), port, strict=False).wait_ready()
    line = stream.rtspsink_line(presentations, f'service={port} {properties}')
    return launch(folder, stream.split_line(line), port, debug).wait_ready()
