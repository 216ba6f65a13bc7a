# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTCP from those who are no viewers: counted and dropped."""

import random
import re
import select
import struct
import unittest

from witness import WitnessCase

from support import application, stream, suite
from support.application import Application
from support.deadline import wait_until
from support.rtp_packet import receiver_report
from support.udp_pair import UdpPair

_AT_ONCE = 50


def _bye(ssrc):
    return struct.pack('!BBHI', 0x80, 201, 1, ssrc) + struct.pack('!BBHI', 0x81, 203, 1, ssrc)


@suite.only_rtspsink
class ForgedRtcp(WitnessCase):
    @classmethod
    def serve(cls, presentations, properties='', debug=''):
        """In an application, which tells the statistics."""
        if reason := application.why_not():
            raise unittest.SkipTest(reason)
        line = stream.rtspsink_line(presentations, f'service=0 {properties}')
        return Application(cls._folder, ' '.join(stream.split_line(line)), debug=debug).play()

    def setUp(self):
        super().setUp()
        self.victim = self.witnesses[1]  # watches over UDP
        self.ports = self._ports_of(self.victim.tracks[0])
        self.ssrc = int(self.victim.tracks[0].setup.transport('ssrc'), 16)
        self._speak_as_players_do()

    def _speak_as_players_do(self):
        """Until a viewer is heard, datagrams of its host can be its own, through a NAT."""
        for track in self.victim.tracks:
            for end, port in zip((track.udp.rtp, track.udp.rtcp), self._ports_of(track)):
                end.sendto(receiver_report(7, int(track.setup.transport('ssrc'), 16), 1), ('127.0.0.1', port))

    def _ports_of(self, track):
        return [int(port) for port in track.setup.transport('server_port').split('-')]

    def _dropped(self):
        return int(re.search(r'rtcp-dropped=\(guint64\)(\d+)', self.server.tell('get sink stats')).group(1))

    def _send(self, datagrams, address='127.0.0.1'):
        """Each is counted; some at a time, as more than its sockets hold would not reach the server."""
        dropped = self._dropped()
        with UdpPair(address) as stranger:
            for begin in range(0, len(datagrams), _AT_ONCE):
                for datagram in datagrams[begin : begin + _AT_ONCE]:
                    for port in self.ports:
                        stranger.rtcp.sendto(datagram, ('127.0.0.1', port))
                        dropped += 1
                wait_until(lambda expected=dropped: self._dropped() >= expected, 10, 'all to be counted')
            self.assertEqual(self._dropped(), dropped)
            told, _, _ = select.select([stranger.rtp, stranger.rtcp], [], [], 0.5)
            self.assertEqual(told, [], 'a stranger is sent something')

    def test_bye_of_another_port(self):
        self._send([_bye(self.ssrc), _bye(0), _bye(7)] * 20)
        self.check_nobody_noticed()

    def test_bye_of_another_address(self):
        self._send([_bye(self.ssrc)] * 20, '127.0.0.2')
        self.check_nobody_noticed()

    def test_reports_of_total_loss(self):
        report = bytearray(receiver_report(7, self.ssrc, 1))
        report[12:16] = b'\xff\xff\xff\xff'  # fraction lost and cumulative loss
        self._send([bytes(report)] * 200)
        self.check_nobody_noticed()

    def test_key_frame_requests_of_strangers(self):
        self._send([struct.pack('!BBHII', 0x81, 206, 2, 7, self.ssrc)] * 200)
        self.check_nobody_noticed()

    def test_random_datagrams(self):
        generator = random.Random(5)
        self._send([generator.randbytes(generator.randrange(1500)) for _ in range(500)])
        self.check_nobody_noticed()

    def test_malformed_compounds_of_the_viewer_itself(self):
        generator, dropped = random.Random(6), self._dropped()
        for _ in range(500):
            report = bytearray(receiver_report(7, self.ssrc, 1))
            for _ in range(generator.randrange(1, 8)):
                report[generator.randrange(len(report))] = generator.randrange(256)
            self.victim.tracks[0].udp.rtcp.sendto(
                bytes(report[: generator.randrange(len(report))]), ('127.0.0.1', self.ports[1])
            )
        wait_until(lambda: self._dropped() > dropped, 10, 'some to be counted')
        self.check_nobody_noticed()


if __name__ == '__main__':
    suite.main()
