# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every codec with every client. `--write-docs` turns the findings into docs/interop.md."""

import clients
import codecs_table
import matrix
from matrix_document import FAILED, NOT_RUN, PLAYED, UNSUPPORTED, Cell, Section

from support import klv_feed, pipeline, players, stream, suite

_SECONDS = 15  # for a player to prove that it plays
_AT_ONCE = {'rtspsink': 4, 'rival': 1}  # players side by side; the rival has one source for each of its viewers

_INTRODUCTION = '''By `tests/interop/test_codec_matrix.py`. Every cell is a real player that was pointed at rtspsink. *Played* means that
its decoded pictures showed the source's test picture, its decoded sound was the source's tone, or that its data was the
source's data byte for byte. *Not supported by the player* means that it did not play gst-rtsp-server's stream of the
same codec either. *Not run* means that the player on the machine of the run cannot be asked; the reason is below the
table.
'''


def _section(table):
    names = tuple(codec.name for codec in table)
    return Section('Codec by player', _INTRODUCTION, names, clients.CLIENTS, ('GStreamer', 'FFmpeg', 'VLC'))


def _missing(codec):
    """Why this codec cannot be made here, '' if it can."""
    lacking = stream.missing_elements(f'{codec.stream.chain} ! {codec.stream.payloader}')
    return f'{", ".join(lacking)} is not installed' if lacking else ''


class CodecMatrix(matrix.MatrixCase):
    def setUp(self):
        if players.missing('ffmpeg', 'gst-launch-1.0'):
            self.skipTest('ffmpeg or gst-launch-1.0 is not installed')

    def test_every_client_plays_every_codec_it_supports(self):
        with klv_feed.KlvFeed() as klv:
            table = codecs_table.codecs(self.folder, klv.source)
            cells = self._measure(self.server_kind, table)
            self._blame_clients(table, cells)
        for (codec, client), cell in cells.items():
            if cell.outcome not in (PLAYED, NOT_RUN):
                print(f'{codec}, {client}: {cell.outcome}')
        self.conclude(_section(table), cells)

    def _measure(self, kind, table, only=None):
        """(codec name, client) -> Cell, for all or for those in `only`."""
        codecs = {codec.name: codec for codec in table}
        wanted = [(codec.name, client) for codec in table for client in clients.CLIENTS]
        wanted = [pair for pair in wanted if only is None or pair in only]
        made = [codec for codec in table if not _missing(codec) and codec.name in {name for name, _ in wanted}]
        with pipeline.serve(self.folder, [codec.presentation for codec in made], kind) as server:

            def trial(name, client):
                return self._play(server, kind, codecs[name], client)

            return matrix.measure(wanted, trial, _AT_ONCE[kind])

    def _play(self, server, kind, codec, client):
        reason = _missing(codec) or clients.missing(client, codec)
        if reason:
            return Cell(NOT_RUN, reason)
        name = f'{kind}{codec.path}-{client}'.replace('/', '-').replace(' ', '-')
        with clients.start(client, codec, server.url(codec.path), self.folder, name) as player:
            if player.wait_for(clients.proof(codec), _SECONDS):
                return Cell(PLAYED)
            return Cell(
                FAILED,
                log=f'{player.log()[-1500:]}\npictures: {player.pictures.count()}, sound: {player.sound.seconds():.1f} s',
            )

    def _blame_clients(self, table, cells):
        """A cell that fails with the rival too is a limit of the client."""
        failed = {key for key, cell in cells.items() if cell.outcome == FAILED}
        if not failed or self.server_kind == 'rival':
            return
        if pipeline.why_no_rival():
            self.skipTest(f'{pipeline.why_no_rival()}: whose fault are {sorted(failed)}?')
        for key, cell in self._measure('rival', table, failed).items():
            if cell.outcome == FAILED:
                cells[key] = Cell(UNSUPPORTED)


if __name__ == '__main__':
    suite.main()
