# SPDX-License-Identifier: LGPL-2.1-or-later
"""contrib/fail2ban with the real fail2ban, on a log that was written as docs/security.md tells."""

import base64
import os
import shutil
import subprocess

from support import pipeline, players, stream, suite
from support.rtsp_client import RtspClient

_CONTRIB = os.path.join(os.environ['SOURCE_ROOT'], 'contrib', 'fail2ban')
_FILTER = os.path.join(_CONTRIB, 'filter.d', 'rtspsink.conf')
_SYSTEM = '/etc/fail2ban'


def _run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


@suite.only_rtspsink
class Fail2ban(suite.Case):
    def setUp(self):
        if lacking := players.missing('fail2ban-regex', 'fail2ban-client'):
            self.skipTest(f'not installed: {lacking}')

    def test_filter_finds_who_guesses_and_nobody_else(self):
        log = self._log_of(self._visit_all)
        found = _run('fail2ban-regex', '--raw', '--out=ip', log, _FILTER)
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertEqual(found.stdout.split(), ['127.0.0.2', '127.0.0.2', '127.0.0.3', '::1'], found.stderr)

    def _log_of(self, visits):
        """What the element writes to GST_DEBUG_FILE while `visits(server)` go on."""
        path = os.path.join(self.folder, 'rtspsink.log')
        os.environ.update(GST_DEBUG_NO_COLOR='1', GST_DEBUG_FILE=path)
        self.addCleanup(lambda: [os.environ.pop(name) for name in ('GST_DEBUG_NO_COLOR', 'GST_DEBUG_FILE')])
        presentations = (stream.Presentation('/test', (stream.h264(),)),)
        properties = f'address=:: auth=user:pass token-keys={"k" * 32}'
        with pipeline.serve(self.folder, presentations, properties=properties, debug='rtspaccess:2') as server:
            visits(server)
        return path

    def _visit_all(self, server):
        for source, credentials, query, status in (
            ('127.0.0.2', 'user:wrong', '', 401),
            ('127.0.0.2', 'other:pass', '', 401),
            ('127.0.0.3', '', '?token=1.%2Ftest.' + 'a' * 64, 403),
            ('::1', 'user:wrong', '', 401),
            ('127.0.0.4', 'user:pass', '', 200),
            ('127.0.0.5', '', '', 401),  # every player asks once without
        ):
            field = {'Authorization': 'Basic ' + base64.b64encode(credentials.encode()).decode()} if credentials else {}
            address = '::1' if ':' in source else '127.0.0.1'
            with RtspClient(server.port, address, source=source) as client:
                self.assertEqual(client.request('DESCRIBE', server.url() + query, field).status, status, source)

    def test_jail_is_one(self):
        """Beside nothing else, as the system's own jails want services that may not be here."""
        config = os.path.join(self.folder, 'fail2ban')
        shutil.copytree(_SYSTEM, config)
        shutil.rmtree(os.path.join(config, 'jail.d'))
        shutil.copytree(_CONTRIB, config, dirs_exist_ok=True)
        log = os.path.join(self.folder, 'empty.log')
        with open(log, 'w', encoding='ascii'), open(os.path.join(config, 'jail.local'), 'w', encoding='ascii') as file:
            file.write(f'[rtspsink]\nlogpath = {log}\n')
        tested = _run('fail2ban-client', '-c', config, '-t')
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
        dumped = _run('fail2ban-client', '-c', config, '-d').stdout
        self.assertIn("['add', 'rtspsink', 'polling']", dumped)
        self.assertIn('log_refusal', dumped)


if __name__ == '__main__':
    suite.main()
