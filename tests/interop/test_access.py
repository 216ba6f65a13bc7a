# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real players at a server that is locked: with the right password, a wrong one and none, and by signed URLs."""

import base64
import glob
import hashlib
import os
import re
import socket
import subprocess
import time

from support import libcurl, pipeline, players, stream, suite, vlc
from support.deadline import spend, wait_until
from support.rtsp_client import RtspClient
from support.stream import Presentation
from support.viewer import Viewer

_SOURCE = os.environ['SOURCE_ROOT']
_CAMERA = 'videotestsrc is-live=true'
_H264 = 'src. ! rtph264depay ! h264parse ! avdec_h264 ! queue ! {video}'
_KEY = '0123456789abcdef0123456789abcdef'
_SECONDS = 20
_OUR_CATEGORIES = 'rtspsink:9,rtspcore:9,rtspaccess:9'

# As users type them, a test source for the camera.
_LINES = (
    (
        5000,
        'videotestsrc ! x264enc ! video/x-h264, mapping=/stream1 ! rtspsink service=5000 auth=adrian:cervantes,user1,user:pass',
        'adrian:cervantes',
        {'/stream1': ('video',)},
    ),
    (
        12345,
        'rtspsink name=sink service=12345 auth=anonymous:secret videotestsrc is-live=true ! x264enc tune=zerolatency key-int-max=15'
        ' ! h264parse ! video/x-h264,mapping=/stream1 ! sink. audiotestsrc ! queue ! audioconvert ! queue ! voaacenc ! aacparse'
        f' ! audio/mpeg,mapping=/stream1 ! sink. {_CAMERA} ! queue ! videoconvert ! queue ! x264enc tune=zerolatency key-int-max=15'
        ' ! h264parse ! video/x-h264,mapping=/stream2 ! sink.',
        'anonymous:secret',
        {'/stream1': ('audio', 'video'), '/stream2': ('video',)},
    ),
)


def _digest(user, password, realm='rtspsink'):
    return hashlib.md5(f'{user}:{realm}:{password}'.encode()).hexdigest()


def _tunnelled(url):
    """As rtspsrc takes it."""
    return url.replace('rtsp://', 'rtsph://')


class _AccessCase(suite.Case):
    def _with(self, credentials, url):
        return url.replace('rtsp://', f'rtsp://{credentials}@') if credentials else url

    def _need_curl(self):
        reason = libcurl.why_no_credentials()
        if reason:
            self.skipTest(reason)

    def _need_vlc(self):
        if reason := vlc.why_not('tcp', only_transport_stream=False):
            self.skipTest(reason)

    def _probe(self, url, transport='tcp'):
        return sorted(found['codec_type'] for found in players.ffprobe(url, transport).get('streams', []))

    def _plays(self, command):
        with players.Player(command, self.folder, 'player') as player:
            shown = player.wait_for(lambda p: p.pictures.count() >= 10 and p.pictures.show_bars(), _SECONDS)
            return shown, player.log()

    def _vlc_plays(self, url, seconds=_SECONDS):
        with vlc.Vlc(url, 'tcp', self.folder, 'vlc') as player:
            return player.wait_for(lambda p: p.pictures.count() >= 10 and p.pictures.show_bars(), seconds)

    def _check_rtspsrc_is_refused(self, url):
        """By its error: GStreamer 1.22 may stand still for good while it shuts down after that."""
        words = ['gst-launch-1.0', *stream.split_line(f'rtspsrc location={url} protocols=tcp ! fakesink')]
        with players.Player(lambda *_: words, self.folder, 'refused') as player:
            told = player.wait_for(lambda p: re.search('ERROR: .*nauthorized', p.log()), _SECONDS)
            self.assertTrue(told, player.log())

    def _check_refused(self, url):
        for transport in ('tcp', 'udp'):
            self.assertEqual(self._probe(url, transport), [], url)
        self._check_rtspsrc_is_refused(url)


@suite.only_rtspsink
class Lines(_AccessCase):
    def test_lines_as_typed(self):
        elements = stream.missing_elements(' '.join(text for _, text, _, _ in _LINES))
        lacking = players.missing('ffprobe', 'gst-launch-1.0') + [name for name in elements if name != 'rtspsink']
        if lacking:
            self.skipTest(f'not installed: {lacking}')
        for port, text, credentials, served in _LINES:
            with self.subTest(line=text):
                chosen = port if pipeline.port_is_free(port) else pipeline.free_port()
                words = stream.split_line(text.replace(f'service={port}', f'service={chosen}'))
                with pipeline.launch(self.folder, words, chosen) as server:
                    server.wait_ready()
                    self._check(server, credentials, served)

    def _check(self, server, credentials, served):
        user = credentials.split(':', maxsplit=1)[0]
        for path, media in served.items():
            url = server.url(path)
            for transport in ('tcp', 'udp'):
                self.assertEqual(self._probe(self._with(credentials, url), transport), list(media))
            for other in ('', f'{user}:wrong', f'{user}:', 'user1:'):
                self.assertEqual(self._probe(self._with(other, url)), [], other)
            shown, log = self._plays(players.rtspsrc(self._with(credentials, url), 'tcp+udp', _H264))
            self.assertTrue(shown, log)
            self._check_refused(self._with(f'{user}:wrong', url))


@suite.only_rtspsink
class Methods(_AccessCase):
    def test_each_client_by_each_method(self):
        for methods in ('basic', 'digest', 'basic+digest'):
            with self.subTest(methods=methods):
                server = self.serve(
                    (Presentation('/test', (stream.h264(),)),), f'auth=user:pass auth-methods={methods}'
                )
                with server:
                    url = server.url()
                    self.assertEqual(self._probe(self._with('user:pass', url)), ['video'])
                    self._check_refused(self._with('user:wrong', url))
                    shown, log = self._plays(players.playbin(self._with('user:pass', url)))
                    self.assertTrue(shown, log)
                    self._check_curl(url, methods)

    def _check_curl(self, url, methods):
        self._need_curl()
        for method, name in ((libcurl.BASIC, 'basic'), (libcurl.DIGEST, 'digest')):
            expected = 200 if name in methods else 401
            self.assertEqual(libcurl.describe(url, 'user:pass', method)[0], expected, name)
            self.assertEqual(libcurl.describe(url, 'user:wrong', method)[0], 401, name)
        self.assertEqual(libcurl.describe(url)[0], 401)
        status, body = libcurl.describe(url, 'user:pass')
        self.assertEqual((status, b'm=video' in body), (200, True))

    def test_players_in_http_tunnels_by_each_method(self):
        for methods in ('basic', 'digest', 'basic+digest'):
            with self.subTest(methods=methods):
                server = self.serve(
                    (Presentation('/test', (stream.h264(),)),), f'auth=user:pass auth-methods={methods}'
                )
                with server:
                    right, wrong = (self._with(f'user:{word}', server.url()) for word in ('pass', 'wrong'))
                    self.assertEqual(self._probe(right, 'http'), ['video'])
                    self.assertEqual(self._probe(wrong, 'http'), [])
                    shown, log = self._plays(players.rtspsrc(_tunnelled(right), 'tcp', _H264))
                    self.assertTrue(shown, log)
                    self._check_rtspsrc_is_refused(_tunnelled(wrong))

    def test_vlc_by_each_method(self):
        self._need_vlc()
        for methods in ('basic', 'digest', 'basic+digest'):
            with self.subTest(methods=methods):
                server = self.serve(
                    (Presentation('/test', (stream.h264(),)),), f'auth=user:pass auth-methods={methods}'
                )
                with server:
                    self.assertTrue(self._vlc_plays(self._with('user:pass', server.url())))
                    # It waits for somebody who knows better, instead of ending.
                    self.assertFalse(self._vlc_plays(self._with('user:wrong', server.url()), 5))

    def test_server_without_users_ignores_credentials(self):
        with self.serve((Presentation('/test', (stream.h264(),)),)) as server:
            self.assertEqual(self._probe(self._with('user:pass', server.url())), ['video'])


@suite.only_rtspsink
class Files(_AccessCase):
    def _write(self, text):
        path = os.path.join(self.folder, 'users')
        with open(path + '.new', 'w', encoding='ascii') as file:
            file.write(text)
        os.rename(path + '.new', path)
        return path

    def test_file_limits_users_and_is_watched(self):
        self._need_curl()
        path = self._write(f'ann:rtspsink:{_digest("ann", "one")}:/test\nbob:rtspsink:{_digest("bob", "two")}:/other\n')
        presentations = (Presentation('/test', (stream.h264(),)), Presentation('/other', (stream.h264(),)))
        with self.serve(presentations, f'auth-file={path}', debug='rtspcore:2') as server:
            self.assertEqual(libcurl.describe(server.url('/test'), 'ann:one')[0], 200)
            self.assertEqual(libcurl.describe(server.url('/other'), 'ann:one')[0], 403)
            self.assertEqual(libcurl.describe(server.url('/none'), 'ann:one')[0], 403)
            self.assertEqual(self._probe(self._with('bob:two', server.url('/other'))), ['video'])
            command = players.rtspsrc(self._with('ann:one', server.url('/test')), 'tcp', _H264)
            with players.Player(command, self.folder, 'ann') as viewer:
                self.assertTrue(viewer.wait_for(lambda p: p.pictures.count() >= 5, _SECONDS), viewer.log())
                self._write(f'bob:rtspsink:{_digest("bob", "two")}\n')
                wait_until(lambda: libcurl.describe(server.url('/test'), 'bob:two')[0] == 200, 10, 'the new file')
                wait_until(lambda: not viewer.running(), 10, 'end of the viewer who is gone from the file')
            self.assertEqual(libcurl.describe(server.url('/test'), 'ann:one')[0], 401)
            self._check_kept(server, path)

    def _check_kept(self, server, path):
        """A file that is of no use any more, or gone, changes nothing and is told of, once each time."""
        useless, gone = 'no line is of the form user:realm:digest', 'No such file'
        for harm, told in ((lambda: self._write('garbage\n'), useless), (lambda: os.remove(path), gone)):
            harm()
            wait_until(lambda t=told: t in server.log(), 10, f'warning "{told}"')
            self.assertEqual(libcurl.describe(server.url('/test'), 'bob:two')[0], 200, told)
        spend(2.2)  # the file is looked at each second
        self.assertEqual(libcurl.describe(server.url('/test'), 'bob:two')[0], 200)
        self.assertEqual((server.log().count(useless), server.log().count(gone)), (1, 1), server.log())


def _token(*options):
    return subprocess.run(
        [os.environ['RTSPSINK_TOKEN'], *options],
        env={**os.environ, 'RTSPSINK_TOKEN_KEY': _KEY},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@suite.only_rtspsink
class Tokens(_AccessCase):
    def test_players_take_signed_urls(self):
        with self.serve((Presentation('/test', (stream.h264(),)),), f'token-keys=another_key_of_long_ago,{_KEY}') as server:
            url = _token('--mapping', '/te*', '--for', '60', '--url', server.url())
            for transport in ('tcp', 'udp'):
                self.assertEqual(self._probe(url, transport), ['video'])
            for command in (players.rtspsrc(url, 'tcp', _H264), players.playbin(url)):
                shown, log = self._plays(command)
                self.assertTrue(shown, log)
            for bad in (server.url(), url[:-1] + ('0' if url[-1] != '0' else '1'),
                        _token('--mapping', '/test', '--until', '1', '--url', server.url()),
                        _token('--mapping', '/else', '--url', server.url())):
                self.assertEqual(libcurl.describe(bad)[0], 403, bad)

    def test_vlc_takes_signed_urls(self):
        self._need_vlc()
        with self.serve((Presentation('/test', (stream.h264(),)),), f'token-keys={_KEY}') as server:
            self.assertTrue(self._vlc_plays(_token('--mapping', '/test', '--url', server.url())))

    def test_session_ends_with_its_token(self):
        with self.serve((Presentation('/test', (stream.h264(),)),), f'token-keys={_KEY}') as server:
            expires = int(time.time()) + 4
            url = _token('--mapping', '/test', '--until', str(expires), '--url', server.url())
            with players.Player(players.rtspsrc(url, 'tcp', _H264), self.folder, 'viewer') as viewer:
                self.assertTrue(viewer.wait_for(lambda p: p.pictures.count() >= 5, 3.5), viewer.log())
                wait_until(lambda: not viewer.running(), 10, 'end of the viewer')
                self.assertGreaterEqual(time.time(), expires)
                self.assertLess(time.time(), expires + 3)


@suite.only_rtspsink
class Refusals(_AccessCase):
    def test_denied_address_is_refused_before_it_asks(self):
        with self._served_without_wait('deny=127.0.0.0/8') as server:
            wait_until(lambda: self._answer_to(server).startswith(b'RTSP/1.0 403 '), 10, 'refusal')

    def _served_without_wait(self, properties):
        port = pipeline.free_port()
        line = stream.rtspsink_line((Presentation('/test', (stream.h264(),)),), f'service={port} {properties}')
        return pipeline.launch(self.folder, stream.split_line(line), port)

    def _answer_to(self, server):
        try:
            with socket.create_connection(('127.0.0.1', server.port), 5) as link:
                return link.recv(64)
        except OSError:
            return b''

    def test_refused_learn_the_status_and_nothing_else(self):
        """Whatever they ask for, and while somebody else watches the same mapping."""
        presentations = (Presentation('/test', (stream.h264(),)), Presentation('/open', (stream.h264(),)))
        users = os.path.join(self.folder, 'limited-users')
        with open(users, 'w', encoding='ascii') as file:
            file.write(f'ann:rtspsink:{_digest("ann", "one")}:/open\n')
        with self.serve(presentations, f'auth-file={users} token-keys={_KEY}') as server:
            url = server.url('/test')
            token = '?' + _token('--mapping', '/test', '--url', url).split('?')[1]
            with Viewer(server, path='/test' + token) as viewer:
                refused = (
                    ('nobody', '', '', 401),
                    ('wrong password', 'ann:two', '', 401),
                    ('unknown user', 'bob:one', '', 401),
                    ('forbidden mapping', 'ann:one', '', 403),
                    ('expired token', '', self._query('--mapping', '/test', '--until', '1'), 403),
                    ('token for another mapping', '', self._query('--mapping', '/open'), 403),
                    ('changed token', '', token[:-1] + ('0' if token[-1] != '0' else '1'), 403),
                )
                for number, (name, credentials, query, status) in enumerate(refused, 2):
                    # Each from an address of its own, so that none is slowed down for what others guessed.
                    with self.subTest(name), RtspClient(server.port, source=f'127.0.0.{number}') as client:
                        self._check_told_nothing(client, viewer, (url + query, credentials), status)
                self.assertFalse(viewer.closed)

    def _query(self, *options):
        return '?' + _token(*options, '--url', 'rtsp://host/test').split('?')[1]

    def _check_told_nothing(self, client, viewer, asked, status):
        url, credentials = asked
        basic = {'Authorization': 'Basic ' + base64.b64encode(credentials.encode()).decode()} if credentials else {}
        for method, fields in (
            ('DESCRIBE', {'Accept': 'application/sdp'}),
            ('SETUP', {'Transport': 'RTP/AVP/TCP;unicast;interleaved=0-1'}),
            ('PLAY', {'Session': viewer.client.session}),
            ('TEARDOWN', {'Session': viewer.client.session}),
        ):
            target = url.replace('/test', '/test/stream=0', 1) if method == 'SETUP' else url
            answer = client.request(method, target, {**basic, **fields})
            self.assertEqual((answer.status, answer.body), (status, b''), method)
            self.assertIsNone(answer.get('Transport'), method)
        viewer.wait_for_more()
        client.request('OPTIONS', url)
        self.assertEqual(list(client.frames), [])

    def test_secrets_are_told_nowhere(self):
        """With all that we log, property changes printed and dot files written."""
        self._need_curl()
        environment = 'GST_DEBUG_DUMP_DOT_DIR'
        os.environ[environment] = self.folder
        self.addCleanup(os.environ.pop, environment)
        words = stream.split_line(
            f'-v {_CAMERA} ! x264enc tune=zerolatency ! video/x-h264,mapping=/test ! rtspsink service=%d'
            f' auth=miguel:cervantes token-keys={_KEY} sink_0::auth=alonso:quixote'
        )
        port = pipeline.free_port()
        words = [word % port if '%d' in word else word for word in words]
        with pipeline.launch(self.folder, words, port, debug=_OUR_CATEGORIES) as server:
            server.wait_ready()
            for method in (libcurl.BASIC, libcurl.DIGEST):
                self.assertEqual(libcurl.describe(server.url(), 'alonso:quixote', method)[0], 200)
            libcurl.describe(server.url(), 'alonso:dulcinea', libcurl.BASIC)
            libcurl.describe(server.url(), 'rocinante:quixote', libcurl.BASIC)
            self.assertEqual(self._probe(self._with('alonso:quixote', server.url())), ['video'])
            libcurl.describe(server.url() + '?token=' + _KEY)
            log = server.log()
        for path in glob.glob(os.path.join(self.folder, '*.dot')):
            with open(path, encoding='utf-8') as file:
                log += file.read()
        self.assertIn('refused 127.0.0.1: wrong credentials for /test', log)
        self.assertIn('digraph', log)
        for category in re.findall(r'(\w+):9', _OUR_CATEGORIES):
            self.assertRegex(log, rf'\b{category} +\S+:\d+:', 'nothing was logged by it')
        for secret in ('cervantes', 'quixote', 'dulcinea', 'miguel', 'alonso', 'rocinante', _KEY):
            self.assertNotIn(secret, log)
        self._check_filter(log)

    def _check_filter(self, log):
        """fail2ban's filter finds the guesses, and nothing else."""
        with open(os.path.join(_SOURCE, 'contrib/fail2ban/filter.d/rtspsink.conf'), encoding='ascii') as file:
            text = file.read()
        causes = re.search(r'^_credentials = (.*)$', text, re.M).group(1)
        expression = re.search(r'^failregex = (.*)$', text, re.M).group(1)
        expression = expression.replace('%(_credentials)s', causes).replace('<HOST>', r'(?P<host>\S+)')
        found = [match.group('host') for match in map(re.compile(expression).match, log.splitlines()) if match]
        refused = [line for line in log.splitlines() if 'WARN' in line and 'refused' in line]
        self.assertEqual(found, ['127.0.0.1'] * len(refused))
        self.assertGreaterEqual(len(found), 2)


if __name__ == '__main__':
    suite.main()
