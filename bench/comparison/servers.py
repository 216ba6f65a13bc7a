# SPDX-License-Identifier: LGPL-2.1-or-later
"""The servers that are compared, and how each is started."""

import selectors
import socket
import subprocess

from comparison.transports import TRANSPORTS

MOUNT = "/stream"
START_DEADLINE = 30
END_DEADLINE = 5


class ServerError(Exception):
    """A server that did not start."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """A started server process. Leaving the context ends it."""

    def __init__(self, command, environment, port=0):
        self.port = port
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = self._process.pid

    def __enter__(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(START_DEADLINE) or not self._process.stdout.readline():
                self.__exit__()
                raise ServerError(f"server was not ready within {START_DEADLINE} s; its own message stands above")
        return self

    def __exit__(self, *_):
        self._process.stdin.close()  # the servers end with their input
        try:
            self._process.wait(END_DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class RtspSink:
    """A pipeline that ends in rtspsink."""

    name = "rtspsink"
    bare = False

    def __init__(self, installation):
        self._installation = installation

    def missing(self):
        if not self._installation.has_element("rtspsink"):
            return "the plugin is not built"
        return None

    def start(self, stream, transport):
        port = free_port()
        caps = "audio/x-mulaw" if stream.is_audio else "video/x-h264"
        properties = TRANSPORTS[transport].properties
        if "{certificate}" in properties:
            properties = properties.format(certificate=self._installation.certificate())
        pipeline = f"{stream.source} ! {caps},mapping={MOUNT} ! rtspsink service={port} {properties}"
        return self.start_pipeline(pipeline, port)

    def start_pipeline(self, pipeline, port=0):
        return Running([self._installation.program("sink_server"), pipeline], self._installation.environment(), port)


class GstRtspServer:
    """gst-rtsp-server with a shared medium: the rival."""

    name = "gst-rtsp-server"
    bare = False

    def __init__(self, installation):
        self._installation = installation

    def missing(self):
        return None if self._installation.has("rival_server") else "gstreamer-rtsp-server-1.0 was not found by the build"

    def start(self, stream, _transport):
        port = free_port()
        payloader = "rtppcmupay" if stream.is_audio else "rtph264pay pt=96 mtu=1400 config-interval=-1"
        launch = f"( {stream.source} ! {payloader} name=pay0 )"
        command = [self._installation.program("rival_server"), str(port), MOUNT, launch]
        return Running(command, self._installation.environment(), port)


class Bare:
    """The bare system calls: fewest calls that deliver the same bytes, or one call per packet."""

    bare = True

    def __init__(self, installation, per_packet):
        self._installation = installation
        self._per_packet = per_packet
        self.name = "bare-per-packet" if per_packet else "bare"

    def missing(self):
        return None

    def start(self, stream, transport):
        port = free_port()
        # Every packet of the audio stream is a frame: nothing can be sent together.
        best = {"tcp": "frame", "udp": "packet" if stream.is_audio else "segment"}[transport]
        calls = f"{transport}-{'packet' if self._per_packet else best}"
        command = [self._installation.program("bare_sender"), calls, str(port), str(stream.packets), str(stream.stamps)]
        return Running(command, self._installation.environment(), port)


def all_servers(installation):
    servers = [RtspSink(installation), GstRtspServer(installation), Bare(installation, False), Bare(installation, True)]
    return {server.name: server for server in servers}
