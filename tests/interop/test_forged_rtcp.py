# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTCP from those who are no viewers: counted and dropped."""

import random
import struct

from witness import WitnessCase

from support import suite
from support.rtp_packet import receiver_report
from support.udp_pair import UdpPair


def _bye(ssrc):
    return struct.pack('!BBHI', 0x80, 201, 1, ssrc) + struct.pack('!BBHI', 0x81, 203, 1, ssrc)


@suite.only_rtspsink
class ForgedRtcp(WitnessCase):
    def setUp(self):
        super().setUp()
        self.victim = self.witnesses[1]  # watches over UDP
        setup = self.victim.tracks[0].setup
        self.ports = [int(port) for port in setup.transport('server_port').split('-')]
        self.ssrc = int(setup.transport('ssrc'), 16)

    def _send(self, datagrams, address='127.0.0.1'):
        with UdpPair(address) as stranger:
            for datagram in datagrams:
                for port in self.ports:
                    stranger.rtcp.sendto(datagram, ('127.0.0.1', port))
            self.assertTrue(stranger.silent(0.5), 'a stranger is sent nothing')

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
        generator = random.Random(6)
        for _ in range(500):
            report = bytearray(receiver_report(7, self.ssrc, 1))
            for _ in range(generator.randrange(1, 8)):
                report[generator.randrange(len(report))] = generator.randrange(256)
            self.victim.tracks[0].udp.rtcp.sendto(
                bytes(report[: generator.randrange(len(report))]), ('127.0.0.1', self.ports[1])
            )
        self.check_nobody_noticed()


if __name__ == '__main__':
    suite.main()
