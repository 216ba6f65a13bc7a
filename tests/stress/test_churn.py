# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that come and are killed, 200 a second, and thousands that connect and say nothing: those who watch lose
nothing, and afterwards the server is as it was."""

import load
from support import suite
from support.deadline import wait_until
from support.stream import Presentation, h264, pcmu

_PER_SECOND = 200
_STORM = 60  # seconds at full length
_IDLE = 4000  # connections that say nothing
_LONGEST_PAUSE = 1.0

_PRESENTATION = Presentation('/test', (h264(), pcmu()))


class Churn(suite.Case):
    def test_two_hundred_kills_a_second_leave_nothing_behind(self):
        seconds = load.reduced(_STORM, 6)
        with load.serve(self.folder, [_PRESENTATION]) as server, \
             load.Audience(self.folder, server, tcp=1, udp=1) as watching:
            watching.wait_playing()
            descriptors = server.descriptors
            self._storm(server, watching, seconds)  # until all caches are as full as they get
            warm = server.memory
            self._storm(server, watching, seconds)
            wait_until(lambda: server.descriptors <= descriptors, 20, f'descriptors back at {descriptors}')
            print(f'  descriptors {descriptors} -> {server.descriptors}, memory {warm} -> {server.memory} KiB')
            load.assert_level(self, warm, server)

    def _storm(self, server, watching, seconds):
        with load.Tool(self.folder, 'storm', server.port, '/test', _PER_SECOND, seconds) as storm:
            found = storm.finish(seconds * 2 + 60)
        print(f'  {found}')
        self.assertEqual({}, found['failures'], 'every request that was waited for was answered')
        if not load.INSTRUMENTED:
            self.assertGreater(found['per_second'], 0.8 * _PER_SECOND, 'the storm blew as hard as it should')
        self._check_unharmed(watching)

    def test_thousands_of_silent_connections_harm_nobody(self):
        count = min(_IDLE, (load.allow_descriptors(2 * _IDLE) - 500) // 2)
        with load.serve(self.folder, [_PRESENTATION]) as server, \
             load.Audience(self.folder, server, tcp=1, udp=1) as watching:
            watching.wait_playing()
            descriptors = server.descriptors
            with load.Tool(self.folder, 'idle', server.port, count) as idle:
                idle.order('count')
                held = idle.wait_line(1, 60)
                print(f'  {held}, descriptors {descriptors} -> {server.descriptors}, memory {server.memory} KiB')
                self.assertEqual(count, held['made'])
                self._check_newcomer(server)
                self._check_unharmed(watching)
                wait_until(lambda: server.descriptors <= descriptors + 10, 40, 'silent connections closed by the server')
            self._check_unharmed(watching)

    def test_viewers_get_in_when_silent_connections_fill_the_table(self):
        with load.serve(self.folder, [_PRESENTATION], descriptors=200) as server, \
             load.Audience(self.folder, server, tcp=1, udp=1) as watching:
            watching.wait_playing()
            with load.Tool(self.folder, 'idle', server.port, 300) as idle:
                idle.order('count')
                print(f'  {idle.wait_line(1, 60)}')
                self._check_newcomer(server)
            self._check_unharmed(watching)

    def _check_newcomer(self, server):
        with load.Audience(self.folder, server, tcp=1, udp=1) as newcomers:
            newcomers.wait_playing(10)

    def _check_unharmed(self, watching):
        report = watching.report()
        for viewer in report:
            print(f'  {load.describe(viewer)}')
        self.assertEqual([], load.unharmed(report, _LONGEST_PAUSE))


if __name__ == '__main__':
    suite.main()
