# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every client over every transport, in a namespace. `--write-docs` turns the findings into docs/interop.md."""

import contextlib
import os

import codecs_table
import matrix
import transports_table
from matrix_document import Section
from trials import Scene

from support import network, pipeline, players, stream, suite
from support.certificates import Authority

_AT_ONCE = 3  # clients side by side
_SERVERS = sorted({transport.properties for transport in transports_table.TRANSPORTS})

_INTRODUCTION = '''By `tests/interop/test_transport_matrix.py`. *Played* means that the client decoded twenty pictures or more of a live
H.264 mapping, whose server offered no other of TCP, UDP and multicast, and that they showed the source's test picture.
*No* is what came of trying it, or what the client's own list of modules says. curl decodes nothing: its cells name the
requests that it made and that were answered with 200. Chromium is a page of ours with WebCodecs
(`tests/interop/websocket_page.html`).
'''


@suite.only_rtspsink
class TransportMatrix(matrix.MatrixCase):
    def setUp(self):
        if lacking := players.missing('gst-launch-1.0', 'openssl'):
            self.skipTest(f'not installed: {lacking}')
        self._certificate = Authority(self.folder).issue('server')

    def test_every_client_over_every_transport(self):
        table = {transport.name: transport for transport in transports_table.TRANSPORTS}
        clients = transports_table.CLIENTS
        with contextlib.ExitStack() as stack:
            servers = {properties: stack.enter_context(self._serve(properties)) for properties in _SERVERS}
            scenes = {properties: Scene(self.folder, server) for properties, server in servers.items()}
            cells = matrix.measure(
                [(name, client) for name in table for client in clients],
                lambda name, client: table[name].trial(client)(scenes[table[name].properties]),
                _AT_ONCE,
            )
        versions = ('GStreamer', 'FFmpeg', 'VLC', 'mpv', 'curl', 'Chromium')
        self.conclude(Section('Transport by player', _INTRODUCTION, tuple(table), clients, versions), cells)

    def _serve(self, properties):
        """H.264 for all, and MPEG-TS for a VLC that plays nothing else."""
        presentations = (
            stream.Presentation('/test', (stream.h264(),)),
            codecs_table.TRANSPORT_STREAM.presentation,
        )
        folder = os.path.join(self.folder, properties)  # of its own for the logs
        os.mkdir(folder)
        always = f'multicast=true tls-certificate={self._certificate}'
        return pipeline.serve(folder, presentations, properties=f'{properties} {always}')


if __name__ == '__main__':
    network.enter()
    suite.main()
