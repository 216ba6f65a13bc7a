# SPDX-License-Identifier: LGPL-2.1-or-later
"""Forged RTCP, garbage inside the connection, requests of which a byte comes every second: those who watch lose
nothing, nothing stays behind."""

import load
from support import suite
from support.deadline import wait_until
from support.stream import Presentation, h264, pcmu

_FLOOD = 60  # seconds at full length
_SLOW = 20  # seconds; a server that gives a request 10 s has ended all by then
_LONGEST_PAUSE = 1.0


class Floods(suite.Case):
    def test_forged_rtcp_changes_nothing(self):
        found = self._flood('rtcp', load.reduced(_FLOOD, 6))
        self.assertGreater(found['sent'], 1000)

    def test_garbage_inside_connections_changes_nothing(self):
        found = self._flood('interleaved', load.reduced(_FLOOD, 6))
        self.assertGreater(found['sent'], 1000)
        self.assertEqual(0, found['refused'], 'who sent garbage before may watch again')

    def test_slow_requests_are_ended_in_time(self):
        found = self._flood('slow', _SLOW)
        self.assertEqual(0, found['refused'])
        self.assertEqual(0, found['open'], 'a request that takes so long is given up')

    def _flood(self, kind, seconds):
        with load.serve(self.folder, [Presentation('/test', (h264(), pcmu()))]) as server, \
             load.Audience(self.folder, server, tcp=1, udp=1) as watching:
            watching.wait_playing()
            descriptors = server.descriptors
            self._run(server, kind, max(1, seconds / 4))  # until all caches are as full as they get
            warm = server.memory
            found = self._run(server, kind, seconds)
            print(f'  {found}, memory {warm} -> {server.memory} KiB')
            wait_until(lambda: server.descriptors <= descriptors, 20, f'descriptors back at {descriptors}')
            report = watching.report()
            for viewer in report:
                print(f'  {load.describe(viewer)}')
            self.assertEqual([], load.unharmed(report, _LONGEST_PAUSE))
            load.assert_level(self, warm, server)
        return found

    def _run(self, server, kind, seconds):
        with load.Tool(self.folder, 'flood', kind, server.port, '/test', seconds) as flood:
            return flood.finish(seconds + 60)


if __name__ == '__main__':
    suite.main()
