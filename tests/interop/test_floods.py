# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many at once: half-open connections, connects and kills, viewers killed at any moment."""

import random
import resource
import socket

from witness import WitnessCase

from support import sdp, suite
from support.deadline import wait_until
from support.process import resident_kilobytes


def _half_open(port):
    """A connection that has begun a request and says no more."""
    link = socket.create_connection(('127.0.0.1', port), 10)
    link.sendall(b'DESCRIBE rtsp://127.0.0.1/test RTSP/1.0\r\nCSeq: 1')
    return link


@suite.only_rtspsink
class Floods(WitnessCase):
    def _allow_descriptors(self, wanted):
        """How many connections we may open, `wanted` at most; the server has its own limit."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < wanted + 200:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, wanted + 200), hard))
            self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        server_soft, _ = resource.prlimit(self.server.pid, resource.RLIMIT_NOFILE)
        return min(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200, server_soft - 200)

    def test_thousands_of_half_open_connections(self):
        count = self._allow_descriptors(3000)
        self.assertGreater(count, 500)
        links = [_half_open(self.server.port) for _ in range(count)]
        try:
            with self.connect() as newcomer:
                self.assertEqual(newcomer.request('DESCRIBE', self.url).status, 200)
            wait_until(lambda: _closed(links[0]), 30, 'half-open connections being thrown out')
        finally:
            for link in links:
                link.close()
        self.check_nobody_noticed(30)

    def test_more_connections_than_descriptors(self):
        """The server runs out, says so, and recovers."""
        soft, hard = resource.prlimit(self.server.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.server.pid, resource.RLIMIT_NOFILE, (100, hard))
        try:
            links = [_half_open(self.server.port) for _ in range(150)]
            for witness in self.witnesses:
                witness.wait_for_more(30)
            for link in links:
                link.close()
        finally:
            resource.prlimit(self.server.pid, resource.RLIMIT_NOFILE, (soft, hard))
        self.check_nobody_noticed(30)

    def test_viewers_killed_at_any_moment(self):
        generator = random.Random(4)
        for _ in range(200):
            client = self.connect()
            for step in self._steps(client)[: generator.randrange(5)]:
                step()
            self._leave(client, generator)
        self.check_nobody_noticed()

    def _steps(self, client):
        urls = []

        def describe():
            response = client.request('DESCRIBE', self.url)
            urls.extend(
                sdp.resolve(response['Content-Base'], media.control) for media in sdp.parse(response.body).media
            )

        return (
            describe,
            lambda: client.request('SETUP', urls[0], {'Transport': 'RTP/AVP/TCP;unicast;interleaved=0-1'}),
            lambda: client.request('SETUP', urls[1], {'Transport': 'RTP/AVP/TCP;unicast;interleaved=2-3'}),
            lambda: client.request('PLAY', self.url),
        )

    def _leave(self, client, generator):
        if generator.randrange(2):
            client.send(client.make('PLAY', self.url)[: generator.randrange(60)])
        (client.reset if generator.randrange(2) else client.close)()

    def test_memory_is_level_after_a_thousand_connects(self):
        self._connect_and_kill(300)
        before = resident_kilobytes(self.server.pid)
        self._connect_and_kill(1000)
        self.check_nobody_noticed()
        self.assertLess(resident_kilobytes(self.server.pid) - before, 4096)

    def _connect_and_kill(self, count):
        for number in range(count):
            client = self.connect()
            client.send(client.make('DESCRIBE', self.url))
            (client.reset if number % 2 else client.close)()


def _closed(link):
    link.setblocking(False)
    try:
        while link.recv(4096):
            pass
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True


if __name__ == '__main__':
    suite.main()
