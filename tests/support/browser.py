# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real browser without a screen, which opens a page of ours and has it tell what it saw."""

import http.server
import itertools
import json
import os
import shutil
import threading

from .deadline import wait_until
from .process import Process

_NUMBERS = itertools.count()
_NAMES = ('chromium', 'chromium-browser', 'google-chrome')


def program():
    """The browser that is installed, None if there is none."""
    return next((name for name in _NAMES if shutil.which(name)), None)


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(self.server.page, 'rb') as file:
            body = file.read()
        self.send_response(200)
        self.send_header('Content-Type', 'text/html; charset=utf-8')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        text = self.rfile.read(int(self.headers['Content-Length']))
        self.server.results.append(json.loads(text))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Page:
    """`path` opened with `query` behind it; result() is what it posts to /result. Certificates are not checked."""

    def __init__(self, path, query, folder):
        self._web = http.server.ThreadingHTTPServer(('127.0.0.1', 0), _Handler)
        self._web.page, self._web.results = path, []
        threading.Thread(target=self._web.serve_forever, daemon=True).start()
        url = f'http://127.0.0.1:{self._web.server_address[1]}/?{query}'
        name = f'browser-{next(_NUMBERS)}'
        profile = os.path.join(folder, name + '-profile')
        words = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--ignore-certificate-errors']
        command = [program(), *words, f'--user-data-dir={profile}', url]
        self._process = Process(command, folder, name, env={**os.environ, 'HOME': folder})

    def result(self, seconds=60):
        wait_until(lambda: self._web.results or not self._process.running(), seconds, 'the page')
        assert self._web.results, self._process.errors()
        return self._web.results[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stop(10)
        self._web.shutdown()
        self._web.server_close()
