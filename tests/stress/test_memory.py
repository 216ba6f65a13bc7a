# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a pipeline holds is bounded: without viewers, and with a viewer that does not read."""

import load
from support import suite
from support.stream import Presentation, h264, pcmu

_WATCHED = 120  # seconds at full length
_FILLS = 6  # seconds after which the ring and the kernel's buffers are full

_PRESENTATION = Presentation('/test', (h264(), pcmu()))


class Memory(suite.Case):
    def test_without_viewers_it_stays_level(self):
        with load.serve(self.folder, [_PRESENTATION]) as server:
            self._check_level(server)

    def test_with_viewers_that_do_not_read_it_stays_level(self):
        with load.serve(self.folder, [_PRESENTATION]) as server, \
             load.Audience(self.folder, server, stallable=10) as stalling:
            stalling.wait_playing()
            stalling.order('stall')
            self._check_level(server)

    def _check_level(self, server):
        load.run_for(_FILLS)
        full = server.memory
        load.run_for(load.reduced(_WATCHED, 10))
        print(f'  memory {full} -> {server.memory} KiB')
        load.assert_level(self, full, server)


if __name__ == '__main__':
    suite.main()
