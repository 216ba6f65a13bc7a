# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/interop.md, written from what the matrix test found."""

import re
import subprocess

_INTRODUCTION = '''# Who plays what

Written by `tests/interop/test_codec_matrix.py --write-docs` from a real run; do not edit.

Every cell is a real player that was pointed at rtspsink. *Played* means that its decoded pictures showed the source's
test picture, its decoded sound was the source's tone, or that its data was the source's data byte for byte.
*Not supported by the player* means that it did not play gst-rtsp-server's stream of the same codec either. *Not run*
means that the player on the machine of the run cannot be asked; the reason is below the table.
'''


def document(codecs, clients, cells):
    """`cells`: (codec name, client) -> result."""
    notes = sorted({cell.note for cell in cells.values() if cell.note})
    return '\n'.join([_INTRODUCTION, _table(codecs, clients, cells, notes), *_footnotes(notes), '', _versions(), ''])


def _table(codecs, clients, cells, notes):
    rows = ['| | ' + ' | '.join(clients) + ' |', '|---|' + '---|' * len(clients)]
    for codec in codecs:
        texts = [_cell(cells[codec.name, client], notes) for client in clients]
        rows.append(f'| {codec.name} | ' + ' | '.join(texts) + ' |')
    return '\n'.join(rows)


def _cell(cell, notes):
    return f'{cell.outcome} [{notes.index(cell.note) + 1}]' if cell.note else cell.outcome


def _footnotes(notes):
    return [''] + [f'{number}. {note}' for number, note in enumerate(notes, 1)] if notes else []


def _versions():
    return (
        'Run with '
        + ', '.join(
            filter(
                None,
                [
                    _version(['gst-launch-1.0', '--version'], r'GStreamer ([\d.]+)', 'GStreamer'),
                    _version(['ffmpeg', '-version'], r'ffmpeg version (\d+(?:\.\d+)+)', 'FFmpeg'),
                    _version(['dpkg-query', '-W', 'vlc-bin'], r'(\d+(?:\.\d+)+)', 'VLC'),
                ],
            )
        )
        + '.'
    )


def _version(command, pattern, name):
    try:
        match = re.search(pattern, subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    except FileNotFoundError:
        return ''
    return f'{name} {match.group(1)}' if match else ''
