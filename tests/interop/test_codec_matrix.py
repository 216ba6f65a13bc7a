# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every codec with every client. `--write-docs` turns the findings into docs/interop.md."""

import concurrent.futures
import os
import sys
from dataclasses import dataclass

import clients
import codecs_table
import matrix_document

from support import klv_feed, pipeline, players, stream, suite

PLAYED, UNSUPPORTED, FAILED, NOT_RUN = 'played', 'not supported by the player', 'FAILED', 'not run'

_SECONDS = 15  # for a player to prove that it plays
_AT_ONCE = {'rtspsink': 4, 'rival': 1}  # players side by side; the rival has one source for each of its viewers
_DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs', 'interop.md')
_WRITE = '--write-docs' in sys.argv


@dataclass(frozen=True)
class Cell:
    outcome: str
    note: str = ''
    log: str = ''


def _missing(codec):
    """Why this codec cannot be made here, '' if it can."""
    lacking = stream.missing_elements(codec.stream.chain)
    return f'{", ".join(lacking)} is not installed' if lacking else ''


class CodecMatrix(suite.Case):
    def setUp(self):
        if players.missing('ffmpeg', 'gst-launch-1.0'):
            self.skipTest('ffmpeg or gst-launch-1.0 is not installed')

    def test_every_client_plays_every_codec_it_supports(self):
        with klv_feed.KlvFeed() as klv:
            table = codecs_table.codecs(self.folder, klv.source)
            cells = self._measure(self.server_kind, table)
            self._blame_clients(table, cells)
        if _WRITE:
            with open(_DOCUMENT, 'w', encoding='utf-8') as file:
                file.write(matrix_document.document(table, clients.CLIENTS, cells))
        self._report(cells)

    def _measure(self, kind, table, only=None):
        """(codec name, client) -> Cell, for all or for those in `only`."""
        wanted = [(codec, client) for codec in table for client in clients.CLIENTS]
        if only is not None:
            wanted = [(codec, client) for codec, client in wanted if (codec.name, client) in only]
        made = [codec for codec in table if not _missing(codec) and codec in {codec for codec, _ in wanted}]
        with pipeline.serve(self.folder, [codec.presentation for codec in made], kind) as server:
            with concurrent.futures.ThreadPoolExecutor(_AT_ONCE[kind]) as pool:
                results = pool.map(lambda pair: self._play(server, kind, *pair), wanted)
                return {(codec.name, client): cell for (codec, client), cell in zip(wanted, results)}

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

    def _report(self, cells):
        for (codec, client), cell in cells.items():
            if cell.outcome not in (PLAYED, NOT_RUN):
                print(f'{codec}, {client}: {cell.outcome} {cell.note}')
        failures = [
            f'{codec}, {client}:\n{cell.log}' for (codec, client), cell in cells.items() if cell.outcome == FAILED
        ]
        if failures:
            self.fail('\n\n'.join(failures))


if __name__ == '__main__':
    suite.main()
