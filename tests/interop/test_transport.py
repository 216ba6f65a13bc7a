# SPDX-License-Identifier: LGPL-2.1-or-later
"""How media reaches the viewer: interleaved channels, UDP ports, NAT."""

import socket

from support import sdp, stream, suite
from support.deadline import wait_until
from support.rtp_packet import RtpPacket, sender_report
from support.rtsp_client import RtspClient
from support.stream import Presentation
from support.udp_pair import UdpPair
from support.viewer import Viewer


_PUNCHING = 12  # seconds after SETUP in which a viewer may tell its true ports; the server's own limit is 10


class TransportCase(suite.SharedServerCase):
    presentations = (Presentation('/test', (stream.h264(), stream.pcmu())), Presentation('/video', (stream.h264(),)))

    def setUp(self):
        self.client = RtspClient(self.server.port)
        self.addCleanup(self.client.close)
        self.url = self.server.url('/video')

    def set_up(self, transport, status=200):
        description = self.client.request('DESCRIBE', self.url)
        media = sdp.parse(description.body).media[0]
        response = self.client.request(
            'SETUP', sdp.resolve(description['Content-Base'], media.control), {'Transport': transport}
        )
        self.assertEqual(response.status, status, response)
        return response

    def assert_session_is(self, status):
        """What it is answered on another connection, soon."""
        session = {'Session': self.client.session}
        with RtspClient(self.server.port) as other:
            wait_until(lambda: other.request('GET_PARAMETER', self.url, session).status == status, 10, f'{status}')

    def play(self):
        response = self.client.request('PLAY', self.url, {'Range': 'npt=0-'})
        self.assertEqual(response.status, 200, response)
        return response


class Interleaved(TransportCase):
    def test_channels_are_those_the_client_asked_for(self):
        response = self.set_up('RTP/AVP/TCP;unicast;interleaved=4-5')
        self.assertEqual(response.transport('interleaved'), '4-5')
        self.play()
        self.assertEqual({self.client.read_frame()[0] for _ in range(60)} - {4, 5}, set())

    def test_server_chooses_channels_if_the_client_does_not(self):
        response = self.set_up('RTP/AVP/TCP;unicast')
        rtp, rtcp = response.transport('interleaved').split('-')
        self.assertEqual(int(rtp) + 1, int(rtcp))
        self.play()
        self.assertIn(self.client.read_frame()[0], (int(rtp), int(rtcp)))

    @suite.only_rtspsink
    def test_reports_come_on_the_second_channel(self):
        self.set_up('RTP/AVP/TCP;unicast;interleaved=10-11')
        self.play()
        frames = [self.client.read_frame() for _ in range(20)]
        self.assertIsNotNone(sender_report(next(data for channel, data in frames if channel == 11)))

    def test_media_end_with_the_connection(self):
        self.set_up('RTP/AVP/TCP;unicast;interleaved=0-1')
        self.play()
        self.client.read_frame()
        self.client.close()
        self.assert_session_is(454)

    @suite.only_rtspsink
    def test_channels_in_use_are_not_given_twice(self):
        self.url = self.server.url('/test')
        description = self.client.request('DESCRIBE', self.url)
        channels = []
        for media in sdp.parse(description.body).media:
            response = self.client.request(
                'SETUP',
                sdp.resolve(description['Content-Base'], media.control),
                {'Transport': 'RTP/AVP/TCP;unicast;interleaved=0-1'},
            )
            channels += response.transport('interleaved').split('-') if response.status == 200 else []
        self.assertEqual(len(channels), len(set(channels)))

    def test_transport_tells_the_source_that_packets_carry(self):
        response = self.set_up('RTP/AVP/TCP;unicast;interleaved=0-1')
        self.play()
        packet = RtpPacket.parse(next(data for channel, data in iter(self.client.read_frame, None) if channel == 0))
        self.assertEqual(int(response.transport('ssrc'), 16), packet.ssrc)


class Datagrams(TransportCase):
    def test_both_ports_are_served_from_the_ports_of_the_reply(self):
        with UdpPair() as pair:
            response = self.set_up(f'RTP/AVP;unicast;client_port={pair.port}-{pair.port + 1}')
            self.assertEqual(response.transport('client_port'), f'{pair.port}-{pair.port + 1}')
            rtp, rtcp = (int(port) for port in response.transport('server_port').split('-'))
            self.assertEqual(rtcp, rtp + 1)
            self.play()
            data, sender = pair.receive_rtp()
            self.assertEqual((sender[1], RtpPacket.parse(data).ssrc), (rtp, int(response.transport('ssrc'), 16)))
            data, sender = pair.receive_rtcp()
            self.assertEqual(sender[1], rtcp)
            self.assertIsNotNone(sender_report(data))

    def test_profile_written_out_means_udp(self):
        with UdpPair() as pair:
            self.set_up(f'RTP/AVP/UDP;unicast;client_port={pair.port}-{pair.port + 1}')
            self.play()
            pair.receive_rtp()

    def test_destination_is_not_the_clients_to_choose(self):
        """Otherwise anybody could flood anybody (RFC 2326 section 12.39)."""
        with UdpPair('127.0.0.2') as victim, UdpPair() as pair:
            response = self.client.request('DESCRIBE', self.url)
            url = sdp.resolve(response['Content-Base'], sdp.parse(response.body).media[0].control)
            self.client.request(
                'SETUP',
                url,
                {'Transport': f'RTP/AVP;unicast;destination=127.0.0.2;client_port={victim.port}-{victim.port + 1}'},
            )
            self.client.request('PLAY', self.url)
            self.assertTrue(victim.silent(1))
            self.assertIsNotNone(pair)

    @suite.only_rtspsink
    def test_ports_behind_nat_are_learnt_from_what_the_viewer_sends(self):
        """The NAT rewrote the ports: those in the header are wrong, packets come from others of the same address."""
        with UdpPair() as written, UdpPair() as real:
            response = self.set_up(f'RTP/AVP;unicast;client_port={written.port}-{written.port + 1}')
            rtp, rtcp = (int(port) for port in response.transport('server_port').split('-'))
            self._punch(real, response, rtp, rtcp)
            self.play()
            self._punch(real, response, rtp, rtcp)
            self.assertEqual(RtpPacket.parse(real.receive_rtp()[0]).ssrc, int(response.transport('ssrc'), 16))
            self.assertIsNotNone(real.receive_rtcp())

    def _punch(self, pair, response, rtp, rtcp):
        """What players send to open a NAT: an empty RTP packet, and a receiver report without blocks."""
        ssrc = (1234).to_bytes(4, 'big')
        pair.rtp.sendto(b'\x80\x60\x00\x00' + bytes(4) + ssrc, ('127.0.0.1', rtp))
        pair.rtcp.sendto(b'\x80\xc9\x00\x01' + ssrc, ('127.0.0.1', rtcp))

    @suite.only_rtspsink
    def test_other_addresses_cannot_take_the_media_over(self):
        with UdpPair() as pair, UdpPair('127.0.0.2') as thief:
            response = self.set_up(f'RTP/AVP;unicast;client_port={pair.port}-{pair.port + 1}')
            rtp, rtcp = (int(port) for port in response.transport('server_port').split('-'))
            self.play()
            self._punch(thief, response, rtp, rtcp)
            self.assertTrue(thief.silent(1))
            pair.receive_rtp()

    @suite.only_rtspsink
    def test_nobody_of_the_same_address_takes_over_a_viewer_that_has_been_playing(self):
        """Others behind the same NAT, or users of the same host."""
        with UdpPair() as pair, UdpPair() as thief:
            response = self.set_up(f'RTP/AVP;unicast;client_port={pair.port}-{pair.port + 1}')
            rtp, rtcp = (int(port) for port in response.transport('server_port').split('-'))
            self.play()
            pair.receive_for(_PUNCHING)
            self._punch(thief, response, rtp, rtcp)
            self.assertTrue(thief.silent(1))
            pair.drain()
            pair.receive_rtp()
            pair.receive_rtcp()

    @suite.only_rtspsink
    def test_two_viewers_behind_one_nat_get_each_their_own(self):
        with UdpPair() as written, UdpPair() as real, Viewer(self.server, transport='udp') as other:
            other.wait_for_more(20)
            response = self.set_up(f'RTP/AVP;unicast;client_port={written.port}-{written.port + 1}')
            rtp, rtcp = (int(port) for port in response.transport('server_port').split('-'))
            self._punch(real, response, rtp, rtcp)
            self.play()
            real.receive_rtp()
            other.wait_for_more(20)
            self.assertEqual(other.lost, 0)

    def test_media_of_several_viewers_goes_to_each(self):
        with Viewer(self.server, transport='udp') as first, Viewer(self.server, transport='udp') as second, Viewer(
            self.server
        ) as third:
            for viewer in (first, second, third):
                viewer.wait_for_more(60)
            self.assertEqual([viewer.lost for viewer in (first, second, third)], [0, 0, 0])

    @suite.only_rtspsink
    def test_pause_and_play_keep_the_ports(self):
        with UdpPair() as pair:
            self.set_up(f'RTP/AVP;unicast;client_port={pair.port}-{pair.port + 1}')
            self.play()
            pair.receive_rtp()
            self.client.request('PAUSE', self.url)
            pair.drain()
            self.assertTrue(pair.silent(0.5))
            self.play()
            pair.receive_rtp()

    def test_media_end_with_the_session(self):
        with UdpPair() as pair:
            self.set_up(f'RTP/AVP;unicast;client_port={pair.port}-{pair.port + 1}')
            self.play()
            pair.receive_rtp()
            self.assertEqual(self.client.request('TEARDOWN', self.url).status, 200)
            pair.drain()
            self.assertTrue(pair.silent(0.5))

    @suite.only_rtspsink
    def test_media_end_with_the_connection_once_nobody_listens(self):
        """The connection alone may end and come again (RFC 2326 section 1.1)."""
        with UdpPair() as pair:
            self.set_up(f'RTP/AVP;unicast;client_port={pair.port}-{pair.port + 1}')
            self.play()
            self.client.close()
            pair.receive_for(0.5)
            self.assert_session_is(200)
            port = pair.port
        self.assert_session_is(454)
        with UdpPair(port=port) as pair:
            self.assertTrue(pair.silent(0.5))


@suite.only_rtspsink
class PortRange(suite.Case):
    def test_udp_ports_are_of_the_configured_range(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(('127.0.0.1', 0))
            first = min(probe.getsockname()[1], 65000) & ~1
        with self.serve([Presentation('/test', (stream.h264(),))], f'udp-ports={first}-{first + 31}') as server, Viewer(
            server, transport='udp'
        ) as viewer:
            viewer.wait_for_more(10)
            for port in viewer.tracks[0].setup.transport('server_port').split('-'):
                self.assertTrue(first <= int(port) <= first + 31, port)

    def test_protocols_limits_what_is_offered(self):
        with self.serve([Presentation('/test', (stream.h264(),))], 'protocols=tcp') as server, RtspClient(
            server.port
        ) as client:
            response = client.request('SETUP', server.url(), {'Transport': 'RTP/AVP;unicast;client_port=5000-5001'})
            self.assertEqual(response.status, 461, response)


if __name__ == '__main__':
    suite.main()
