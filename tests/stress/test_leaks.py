# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nothing is left of what the other tests of this folder do: by GStreamer's leaks tracer and by valgrind. Builds with
AddressSanitizer look for leaks at the end of each program by themselves."""

import os
import shutil
import subprocess
import unittest

import load
from support import pipeline, process, suite
from support.stream import Presentation, h264, pcmu

_SUPPRESSIONS = os.path.join(os.path.dirname(os.path.abspath(process.__file__)), 'valgrind.supp')
_GLIB_SUPPRESSIONS = '/usr/share/glib-2.0/valgrind/glib.supp'
_TRACER = {'GST_TRACERS': 'leaks', 'GST_DEBUG': 'GST_TRACER:7', 'GST_DEBUG_NO_COLOR': '1'}
_LEAK_OF_TRACER = 'the tracer itself is what LeakSanitizer then finds'


class Leaks(suite.Case):
    @unittest.skipIf(load.INSTRUMENTED, _LEAK_OF_TRACER)
    def test_tracer_finds_no_object_after_states_and_pads(self):
        log = self._run_states([], load.FACTOR * 0.3, _TRACER)
        self._check_traced(log)

    @unittest.skipIf(load.INSTRUMENTED, _LEAK_OF_TRACER)
    def test_tracer_finds_no_object_after_viewers(self):
        os.environ.update(_TRACER)
        try:
            server = load.serve(self.folder, [Presentation('/test', (h264(), pcmu()))])
        finally:
            for name in _TRACER:
                del os.environ[name]
        with server, load.Audience(self.folder, server, tcp=5, udp=5, stallable=2) as viewers:
            viewers.wait_playing()
            viewers.order('stall')
            with load.Tool(self.folder, 'storm', server.port, '/test', 50, 2) as storm:
                storm.finish(60)
        self._check_traced(server.log())

    @unittest.skipIf(load.INSTRUMENTED, 'a sanitizer is in the build')
    @unittest.skipUnless(shutil.which('valgrind'), 'valgrind is not installed')
    def test_valgrind_finds_nothing_after_states_and_pads(self):
        report = os.path.join(self.folder, 'valgrind.log')
        command = ['valgrind', '--quiet', '--leak-check=full', '--show-leak-kinds=definite',
                   '--errors-for-leak-kinds=definite', '--error-exitcode=99', '--num-callers=30',
                   f'--log-file={report}', f'--suppressions={_SUPPRESSIONS}']
        if os.path.exists(_GLIB_SUPPRESSIONS):
            command.append(f'--suppressions={_GLIB_SUPPRESSIONS}')
        self._run_states(command, load.FACTOR * 0.1, {'G_SLICE': 'always-malloc'})
        with open(report, encoding='utf-8') as file:
            self.assertEqual('', file.read())

    def _run_states(self, wrapper, factor, environment):
        env = {**pipeline.plugin_environment(), **environment, 'CK_FORK': 'no', 'RTSPSINK_STRESS_FACTOR': str(factor)}
        done = subprocess.run([*wrapper, load.tool('states')], env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True)
        self.assertEqual(0, done.returncode, done.stdout[-6000:])
        return done.stdout

    def _check_traced(self, log):
        self.assertIn('object-alive.class', log, 'the tracer was there')
        alive = [line for line in log.splitlines() if 'object-alive, type-name=' in line and 'new format' not in line]
        self.assertEqual([], alive)


if __name__ == '__main__':
    suite.main()
