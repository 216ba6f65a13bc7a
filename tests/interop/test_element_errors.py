# SPDX-License-Identifier: LGPL-2.1-or-later
"""A line that cannot work says which property or caps field, which value, and what to do instead."""

import os
import shutil
import socket

from support import pipeline, stream, suite
from support.process import Process
from support.rtsp_client import RtspClient

_CAMERA = 'videotestsrc is-live=true ! video/x-raw,width=160,height=120 ! x264enc tune=zerolatency'
_SECONDS = 20
_DOCUMENT = os.path.join(os.path.dirname(__file__), '..', '..', 'docs', 'elements', 'rtspsink.md')


@suite.only_rtspsink
class ElementErrors(suite.Case):
    def _error_of(self, line, before=()):
        """The first error that gst-launch prints; the line must end by itself, and not well."""
        words = stream.split_line(line)
        process = Process([*before, 'gst-launch-1.0', *words], self.folder, 'launch', env=pipeline.plugin_environment())
        self.addCleanup(process.kill)
        self.assertNotEqual(process.wait(_SECONDS), 0, 'the line was accepted')
        self.assertEqual(process.broken_lines(), [])
        errors = [
            text
            for text in (process.output() + process.errors()).splitlines()
            if text.startswith(('ERROR: from', 'WARNING: erroneous'))
        ]
        self.assertTrue(errors, process.output() + process.errors())
        return errors[0]

    def _check(self, line, *words, before=()):
        error = self._error_of(line, before)
        for word in words:
            self.assertIn(word, error)

    def test_port_in_use_by_another_program(self):
        with socket.socket() as other:
            other.bind(('', 0))
            other.listen()
            port = other.getsockname()[1]
            self._check(f'{_CAMERA} ! rtspsink service={port}', 'service', str(port), 'in use', 'service=0', 'bound-port')

    def test_port_below_1024_without_privilege(self):
        with open('/proc/sys/net/ipv4/ip_unprivileged_port_start', encoding='ascii') as file:
            if int(file.read()) <= 554:
                self.skipTest('this machine lets everybody bind port 554')
        if os.getuid() == 0 and not self._readable_by_nobody():
            self.skipTest('the plugin is in a folder that only root can read')
        self._check(
            f'{_CAMERA} ! rtspsink', 'service', '554', 'service=8554', 'cap_net_bind_service', before=self._as_nobody()
        )

    def _as_nobody(self):
        if os.getuid() != 0:
            return ()
        registry = os.path.join(self.folder, 'registry.bin')
        return ('setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', 'env', f'GST_REGISTRY={registry}')

    def _readable_by_nobody(self):
        plugin = os.path.join(pipeline.plugin_folder(), 'libgstrtspsink.so')
        probe = Process([*self._as_nobody(), 'test', '-r', plugin], self.folder, 'probe')
        return shutil.which('setpriv') and probe.wait(_SECONDS) == 0

    def test_values_of_properties(self):
        for setting, words in (
            ('service=abc', ('service', 'abc', '8554')),
            ('service=70000', ('service', '70000', '8554')),
            ('service=-1', ('service', '-1', '8554')),
            ('service=0 udp-ports=5-', ('udp-ports', '5-', '5000-5999')),
            ('service=0 udp-ports=6000-5000', ('udp-ports', '6000-5000', '5000-5999')),
            ('service=0 address=999.1.1.1', ('address', '999.1.1.1', 'numeric')),
            ('service=0 address=203.0.113.1', ('address', '203.0.113.1', 'interface')),
        ):
            with self.subTest(setting=setting):
                self._check(f'{_CAMERA} ! video/x-h264,mapping=/x ! rtspsink {setting}', *words)

    def test_path_that_another_element_serves(self):
        port = pipeline.free_port()
        branch = f'{_CAMERA} ! video/x-h264,mapping=/cam ! rtspsink service={port}'
        self._check(f'{branch} {branch}', '/cam', 'mapping', 'another')

    def test_mapping_that_is_no_path(self):
        for mapping, reason in (('a b', 'a space at 2'), ('/stream=0', 'stream=<number>'), ('/a#b', "a '#' at 3")):
            with self.subTest(mapping=mapping):
                self._check(
                    f"{_CAMERA} ! 'video/x-h264,mapping=(string)\"{mapping}\"' ! rtspsink service=0",
                    mapping,
                    'no path',
                    reason,
                    '/stream1',
                )

    def test_mapping_that_is_a_url(self):
        self._check(
            f'{_CAMERA} ! video/x-h264,mapping=rtsp://camera/stream1 ! rtspsink service=0',
            'rtsp://camera/stream1',
            'no path',
            '/stream1',
        )

    def test_mapping_that_is_no_string(self):
        """Caps as typed take mapping=5 for an integer."""
        for mapping in ('5', '(int)5', '(fraction)1/2'):
            with self.subTest(mapping=mapping):
                line = f'{_CAMERA} ! video/x-h264,mapping={mapping} ! rtspsink service=0'
                self._check(line, 'mapping', 'no string', '/stream1')

    def test_raw_video_asks_for_an_encoder(self):
        self._check('videotestsrc is-live=true ! rtspsink service=0', 'video/x-raw', 'x264enc')

    def test_caps_that_nobody_can_serve(self):
        """What comes without being announced; rtspsink can tell what to do."""
        path = os.path.join(self.folder, 'poem.txt')
        with open(path, 'w', encoding='ascii') as file:
            file.write('Of arms and the man I sing.\n' * 100)
        self._check(
            f'filesrc location={path} ! typefind ! rtspsink service=0',
            'There is no way to serve text/plain',
            'Put an encoder or a demuxer in front, or a payloader of your own',
        )

    def test_caps_that_no_link_is_made_for(self):
        """GStreamer does not link what is announced and not taken; the document tells what to do then."""
        self._check('audiotestsrc is-live=true ! vorbisenc ! rtspsink service=0', 'could not link')
        with open(_DOCUMENT, encoding='utf-8') as file:
            self.assertIn('`vorbisenc ! rtpvorbispay ! rtspsink`', file.read())
        port = pipeline.free_port()
        line = f'audiotestsrc is-live=true ! vorbisenc ! rtpvorbispay ! rtspsink service={port}'
        with pipeline.launch(self.folder, stream.split_line(line), port) as server:
            server.wait_ready()
            with RtspClient(port) as client:
                answer = client.request('DESCRIBE', server.url())
            self.assertEqual(answer.status, 200)
            self.assertIn(b' VORBIS/44100', answer.body)

    def test_payloader_that_does_not_exist(self):
        self._check(f'{_CAMERA} ! rtspsink service=0 sink_0::payloader=nosuchpay', 'payloader', 'nosuchpay')

    def test_payloader_of_another_medium(self):
        self._check(
            f'{_CAMERA} ! rtspsink service=0 sink_0::payloader=rtpvp8pay', 'payloader', 'rtpvp8pay', 'video/x-h264'
        )

    def test_port_is_free_again_after_an_error(self):
        port = pipeline.free_port()
        self._check(f'videotestsrc is-live=true ! rtspsink service={port}', 'video/x-raw')
        with pipeline.launch(self.folder, stream.split_line(f'{_CAMERA} ! rtspsink service={port}'), port) as server:
            server.wait_ready()


if __name__ == '__main__':
    suite.main()
