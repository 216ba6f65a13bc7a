# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a cell of the transport matrix comes about: a client is started, and what it shows or says decides.

A trial is called with a Scene and gives the Cell.
"""

import os
import re
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from matrix_document import FAILED, NOT_RUN, PLAYED, Cell

from support import browser, libcurl, pictures, players, vlc

_HERE = os.path.dirname(os.path.abspath(__file__))
_SECONDS = 25  # for a client to prove that it plays, or to give up
_SECONDS_OF_NOTHING = 8  # for one that does not give up
_PICTURES = 20


class Scene:
    """The server, which serves H.264 at /test and MPEG-TS at /, and what all trials share."""

    def __init__(self, folder, server):
        self.folder = folder
        self.server = server
        self.turns = threading.Lock()  # for trials that cannot be side by side
        self._lock = threading.Lock()
        self._answers = None

    def url(self, scheme, path='/test'):
        return self.server.url(path).replace('rtsp:', scheme + ':')

    def reached_by_page(self, url):
        """What became of a page that asked for it; one browser asks for all."""
        with self._lock:
            if self._answers is None:
                urls = [self.url(scheme) for scheme in ('rtsp', 'rtsps', 'http', 'https')]
                page = os.path.join(_HERE, 'urls_page.html')
                with browser.Page(page, urlencode({'url': urls}, doseq=True), self.folder) as asked:
                    self._answers = asked.result()
            return self._answers[url]


def _shows_bars(player):
    return player.pictures.count() >= _PICTURES and player.pictures.show_bars()


def _failed(player):
    return Cell(FAILED, log=f'{player.pictures.count()} pictures\n{player.log()[-1500:]}')


def _no(reason):
    return Cell(f'no: {reason}')


def _start(command, scene):
    return players.Player(command, scene.folder, _program(command))


def _program(command):
    return command('x', (160, 120))[0]


def _not_installed(command):
    lacking = players.missing(_program(command))
    return Cell(NOT_RUN, f'{lacking[0]} is not installed') if lacking else None


@dataclass(frozen=True)
class Plays:
    command: Callable  # of the scene: what players.Player takes

    def __call__(self, scene):
        command = self.command(scene)
        if cell := _not_installed(command):
            return cell
        with _start(command, scene) as player:
            return Cell(PLAYED) if player.wait_for(_shows_bars, _SECONDS) else _failed(player)


@dataclass(frozen=True)
class Fails:
    """It shows no picture, and says why in words of its own."""

    command: Callable
    reason: str
    words: str  # regular expression

    def __call__(self, scene):
        command = self.command(scene)
        if cell := _not_installed(command):
            return cell
        with _start(command, scene) as player:
            said = player.wait_for(lambda p: re.search(self.words, p.log()), _SECONDS)
            return _no(self.reason) if said and player.pictures.count() == 0 else _failed(player)


@dataclass(frozen=True)
class VlcPlays:
    transport: str

    def __call__(self, scene):
        path = '/' if vlc.plays_transport_stream_only() else '/test'
        reason = vlc.why_not(self.transport, only_transport_stream=path == '/')
        if reason:
            return _no(reason) if vlc.modules() else Cell(NOT_RUN, reason)
        with vlc.Vlc(scene.url('rtsp', path), self.transport, scene.folder, 'vlc') as player:
            if not player.wait_for(_shows_bars, _SECONDS):
                return _failed(player)
        return Cell(f'{PLAYED}, MPEG-TS alone' if path == '/' else PLAYED, vlc.why_transport_stream_only())


@dataclass(frozen=True)
class VlcFails:
    scheme: str
    reason: str

    def __call__(self, scene):
        if not vlc.modules():
            return Cell(NOT_RUN, 'VLC is not installed')
        with vlc.Vlc(scene.url(self.scheme), 'tcp', scene.folder, 'vlc') as player:
            shown = player.wait_for(lambda p: p.pictures.count() > 0, _SECONDS_OF_NOTHING)
            return _failed(player) if shown else _no(self.reason)


@dataclass(frozen=True)
class Answers:
    """curl, which decodes nothing: what it asked and was answered with 200."""

    transport: str

    def __call__(self, scene):
        reason = libcurl.why_not() or ('curl is not installed' if players.missing('curl') else '')
        if reason:
            return Cell(NOT_RUN, reason)
        url = scene.url('rtsp')
        statuses = {
            'OPTIONS': 200 if ' 200 ' in players.curl('OPTIONS', url)[1] else 0,
            'DESCRIBE': libcurl.describe(url)[0],
            'SETUP': libcurl.set_up(url, url + '/stream=0', self.transport),
        }
        wrong = {method: status for method, status in statuses.items() if status != 200}
        return Cell(FAILED, log=str(wrong)) if wrong else Cell(', '.join(statuses))


@dataclass(frozen=True)
class PagePlays:
    scheme: str

    def __call__(self, scene):
        if not browser.program():
            return Cell(NOT_RUN, 'chromium is not installed')
        server = f'{scene.server.address}:{scene.server.port}'
        query = {'server': server, 'path': '/test', 'pictures': _PICTURES, 'scheme': self.scheme}
        with browser.Page(os.path.join(_HERE, 'websocket_page.html'), urlencode(query), scene.folder) as page:
            seen = page.result()
        shown = seen['error'] is None and seen['pictures'] >= _PICTURES and pictures.are_bars(seen['bars'])
        return Cell(PLAYED) if shown else Cell(FAILED, log=str(seen))


@dataclass(frozen=True)
class PageFails:
    scheme: str

    def __call__(self, scene):
        if not browser.program():
            return Cell(NOT_RUN, 'chromium is not installed')
        answer = scene.reached_by_page(scene.url(self.scheme))
        return Cell(FAILED, log=answer) if answer == 'open' else _no('a page has WebSocket only')
