# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/interop.md, or another of its kind, a section of which each matrix test writes from what it found."""

import os
import platform
import re
import subprocess
from dataclasses import dataclass

from support import browser, players

PLAYED, UNSUPPORTED, FAILED, NOT_RUN = 'played', 'not supported by the player', 'FAILED', 'not run'

_DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs')


def _system():
    """ID, version and name of the distribution."""
    release = platform.freedesktop_os_release()
    return release.get('ID', 'unknown'), release.get('VERSION_ID', ''), release.get('PRETTY_NAME', 'an unknown system')


# The first is what the project is developed on; players of others are other versions, or built in another way.
_FILES = {('debian', '12'): 'interop.md', ('ubuntu', '22.04'): 'interop-ubuntu-22.04.md'}
_NAMES = {'interop.md': 'Debian 12', 'interop-ubuntu-22.04.md': 'Ubuntu 22.04', 'interop-vlc.md': 'with a VLC that has live555'}
_FILE = _FILES.get(_system()[:2], 'interop-{}-{}.md'.format(*_system()))
_PATH = os.path.join(_DOCS, _FILE)
_OTHERS = '; '.join(f'[{name}]({file})' for file, name in _NAMES.items() if file != _FILE)

_INTRODUCTION = f'''# Who plays what, on {_system()[2]}

Elsewhere: {_OTHERS}.

Written by `ninja -C build interop-document` from a real run; do not edit. Each section names the test that writes it,
which fails when it sees something else with the same versions of the players.
'''


@dataclass(frozen=True)
class Cell:
    outcome: str
    note: str = ''
    log: str = ''


@dataclass(frozen=True)
class Section:
    heading: str
    introduction: str
    rows: tuple
    columns: tuple
    programs: tuple  # whose versions matter

    def text(self, cells):
        """`cells`: (row, column) -> Cell."""
        notes = sorted({cell.note for cell in cells.values() if cell.note})
        parts = [self.introduction, self._table(cells, notes), *_footnotes(notes), '', versions(self.programs)]
        return f'## {self.heading}\n\n' + '\n'.join(parts) + '\n'

    def _table(self, cells, notes):
        lines = ['| | ' + ' | '.join(self.columns) + ' |', '|---|' + '---|' * len(self.columns)]
        for row in self.rows:
            texts = [_cell(cells[row, column], notes) for column in self.columns]
            lines.append(f'| {row} | ' + ' | '.join(texts) + ' |')
        return '\n'.join(lines)

    def written(self):
        """How it stands in the document."""
        return _sections().get(self.heading, '')

    def write(self, cells):
        sections = {**_sections(), self.heading: self.text(cells)}
        with open(_PATH, 'w', encoding='utf-8') as file:
            file.write('\n'.join([_INTRODUCTION, *(sections[heading] for heading in sorted(sections))]))

    def is_of_these_versions(self):
        """Whether the players that are installed are those which the document tells of."""
        return versions(self.programs) in self.written()


def _sections():
    """heading -> text of the document as it is."""
    if not os.path.exists(_PATH):
        return {}
    with open(_PATH, encoding='utf-8') as file:
        parts = re.split(r'^(?=## )', file.read(), flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].removeprefix('## '): part.rstrip('\n') + '\n' for part in parts}


def _cell(cell, notes):
    return f'{cell.outcome} [{notes.index(cell.note) + 1}]' if cell.note else cell.outcome


def _footnotes(notes):
    return [''] + [f'{number}. {note}' for number, note in enumerate(notes, 1)] if notes else []


_VERSIONS = {
    'GStreamer': (['gst-launch-1.0', '--version'], r'GStreamer ([\d.]+)'),
    'FFmpeg': (['ffmpeg', '-version'], r'ffmpeg version (\d+(?:\.\d+)+)'),
    'VLC': (['dpkg-query', '-W', 'vlc-bin'], r'(\d+(?:\.\d+)+)'),
    'mpv': (['mpv', '--version'], r'mpv (\d+(?:\.\d+)+)'),
    'curl': (['curl', '--version'], r'curl (\d+(?:\.\d+)+)'),
    'Chromium': ([browser.program() or 'chromium', '--version'], r' (\d+)\.\d'),
}


def versions(programs):
    found = [f'{name} {version}' for name in programs if (version := _version(*_VERSIONS[name]))]
    return 'Run with ' + ', '.join(found) + '.'


def _version(command, pattern):
    if players.missing(command[0]):
        return ''
    match = re.search(pattern, subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    return match.group(1) if match else ''
