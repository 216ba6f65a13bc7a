# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every shell line of docs/ as it stands there, from top to bottom, with a file in place of the screen.

A line with rtspsink in it serves until the next one does; the lines behind it watch. One that nobody is told to watch is
watched all the same, and one that asks for a password lets nobody in without. All is in a namespace, so that every port
is free and groups reach their members.
"""

import os
import re
import subprocess

from support import browser, document, network, pipeline, players, stream, suite
from support.deadline import wait_until
from support.rtsp_client import RtspClient

_HERE = os.path.dirname(os.path.abspath(__file__))
_PASSWORD = 'pass'
_SECONDS = 25
_SERVES = re.compile(r'gst-launch-1\.0 (.* )?rtspsink ')
_CAMERA = re.compile(r'rtsp://(?:camera\d?|recorder)/\w+')
_WATCHES = re.compile(r'ffplay |gst-launch-1\.0 (playbin|.* autovideosink)')


@suite.only_rtspsink
class Documents(suite.Case):
    def setUp(self):
        if lacking := players.missing('ffmpeg', 'openssl'):
            self.skipTest(f'not installed: {lacking}')

    def test_every_line_of_every_page(self):
        pages = document.names()
        self.assertGreaterEqual(len(pages), 7)
        for page in pages:
            with self.subTest(page):
                Reader(self, page).do_as_told()


class Reader:
    """Somebody who follows one page."""

    def __init__(self, case, page):
        self._case, self._page = case, page
        self._server, self._served, self._watched = None, '', False
        self._camera = None

    def do_as_told(self):
        try:
            for line in document.lines(self._page):
                line = line.replace('$PASSWORD', _PASSWORD).replace('/var/rec', self._case.folder)
                self._do(_CAMERA.sub(lambda _: self._camera_url(), line))
            self._leave()
        finally:
            for server in (self._server, self._camera):
                if server:
                    server.process.kill()

    def _camera_url(self):
        """What stands for the cameras of the page."""
        if not self._camera:
            presentation = stream.Presentation('/stream', (stream.h264(),))
            self._camera = self._case.serve((presentation,))
        return self._camera.url('/stream')

    def _do(self, line):
        if _SERVES.match(line):
            self._leave()
            self._serve(line)
        elif _WATCHES.match(line):
            self._watch(players.typed(line), line)
        else:
            self._type(line)

    def _serve(self, line):
        port = int(re.search(r'service=(\d+)', line).group(1))
        words = stream.split_line(line)[1:]
        self._server = pipeline.launch(self._case.folder, words, port).wait_ready()
        self._served, self._watched = line, False
        if 'rtspproxysrc' in line:
            wait_until(self._is_described, _SECONDS, 'what the camera serves')
        if re.search('auth|token', line):
            self._check_that_it_is_locked()

    def _is_described(self):
        with RtspClient(self._server.port) as client:
            return client.request('DESCRIBE', self._url()).status == 200

    def _url(self, credentials=''):
        """Of what the line serves; `credentials` end in @."""
        mapping = re.search(r'mapping=(\S+)', self._served)
        path = mapping.group(1) if mapping else '/test'
        scheme = 'rtsps' if 'tls=required' in self._served else 'rtsp'
        return self._server.url(path).replace('rtsp://', f'{scheme}://{credentials}')

    def _check_that_it_is_locked(self):
        names = re.findall(r'(\w+):', ''.join(re.findall(r'auth=(\S+)', self._served))) or ['user', 'viewer']
        for credentials in ('', *(f'{name}:wrong@' for name in names)):
            found = players.ffprobe(self._url(credentials), 'tcp')
            self._case.assertFalse(found.get('streams'), f'{credentials} {self._served}')

    def _leave(self):
        """Nothing is left behind that nobody has watched."""
        if not self._server:
            return
        if not self._watched:
            self._watch_unasked()
        self._server.stop()
        self._server = None

    def _watch(self, command, what):
        with players.Player(command, self._case.folder, 'reader') as player:
            shown = player.wait_for(lambda p: p.pictures.count() >= 10 and p.pictures.show_bars(), _SECONDS)
            self._case.assertTrue(shown, f'{what}\n{player.log()}')
        self._watched = True

    def _watch_unasked(self):
        if self._page == 'websocket.md':
            return self._watch_in_browser()
        self._watch(players.ffmpeg(self._url(f'user:{_PASSWORD}@'), 'tcp', ('video',)), self._served)

    def _watch_in_browser(self):
        if not browser.program():
            self._case.skipTest('chromium is not installed')
        query = f'server=127.0.0.1:{self._server.port}&path=/cam&pictures=30'
        with browser.Page(os.path.join(_HERE, 'websocket_page.html'), query, self._case.folder) as page:
            seen = page.result()
        self._case.assertIsNone(seen['error'])
        self._case.assertEqual(seen['pictures'], 30)

    def _type(self, line):
        """What ends by itself: it has to succeed, and a URL that it prints is watched."""
        tools = os.path.dirname(os.environ['RTSPSINK_TOKEN'])
        done = subprocess.run(
            ['bash', '-c', line],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
            cwd=self._case.folder,
            env={**os.environ, 'PATH': f'{tools}:{os.environ["PATH"]}'},
        )
        self._case.assertEqual(done.returncode, 0, line + done.stdout + done.stderr)
        if done.stdout.startswith('rtsp://'):
            self._watch(players.ffmpeg(done.stdout.strip(), 'tcp', ('video',)), line)
        elif re.match('ffmpeg |gst-launch-1.0 ', line):
            self._watched = True


if __name__ == '__main__':
    network.enter()
    suite.main()
