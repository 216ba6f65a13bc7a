# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lines of docs/http-tunnel.md and docs/websocket.md, as they stand there."""

import os
import subprocess
import unittest

from support import browser, document, pipeline, players, stream, suite

_PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'websocket_page.html')
_PORT = 8554


class Documented(suite.Case):
    def _serve(self, line):
        words = stream.split_line(line)
        self.assertEqual(words[0], 'gst-launch-1.0')
        if not pipeline.port_is_free(_PORT):
            self.skipTest(f'port {_PORT} is taken')
        server = pipeline.launch(self.folder, words[1:], _PORT)
        self.addCleanup(server.process.kill)
        return server.wait_ready()

    def _watch(self, line):
        words = stream.split_line(line)
        if players.missing(words[0]):
            self.skipTest(f'{words[0]} is not installed')
        watched = subprocess.run(
            words, capture_output=True, text=True, timeout=40, check=False, stdin=subprocess.DEVNULL, cwd=self.folder
        )
        self.assertEqual(watched.returncode, 0, watched.stdout + watched.stderr)

    def test_http_tunnel(self):
        serving, *watching = document.lines('http-tunnel.md')
        server = self._serve(serving)
        self.assertGreaterEqual(len(watching), 2)
        for line in watching:
            with self.subTest(line):
                self._watch(line)
        server.stop()

    def test_websocket(self):
        if not browser.program():
            self.skipTest('chromium is not installed')
        (serving,) = document.lines('websocket.md')
        server = self._serve(serving)
        with browser.Page(_PAGE, f'server=127.0.0.1:{_PORT}&path=/cam&pictures=30', self.folder) as page:
            seen = page.result()
        self.assertIsNone(seen['error'])
        self.assertGreaterEqual(seen['pictures'], 30)
        server.stop()


if __name__ == '__main__':
    suite.main()
