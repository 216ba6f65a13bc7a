# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTP-Info tells the first packet that comes, exactly: players align their streams by it (RFC 2326 section 12.33)."""

from support import stream, suite
from support.deadline import wait_until
from support.rtp_packet import RtpPacket
from support.stream import Presentation
from support.viewer import Viewer


def parse_rtp_info(header):
    """URL -> (sequence number, RTP time)."""
    infos = {}
    for part in header.split(','):
        fields = dict(field.strip().split('=', 1) for field in part.split(';'))
        infos[fields['url']] = (int(fields['seq']), int(fields['rtptime']))
    return infos


@suite.only_rtspsink
class RtpInfo(suite.SharedServerCase):
    presentations = (Presentation('/test', (stream.h264(), stream.pcmu())), Presentation('/sound', (stream.pcmu(),)))

    @classmethod
    def setUpClass(cls):
        """Nothing can be told of a stream of which nothing was made yet."""
        super().setUpClass()
        with Viewer(cls.server) as viewer:
            wait_until(lambda: all(track.packets for track in viewer.tracks), 10, 'a packet of each stream')

    def _first_packets(self, viewer):
        """URL -> (sequence number, RTP time) of what came first of each stream."""
        first = {track.url: self._first_datagram(track) for track in viewer.tracks if track.udp}
        channels = {track.channels[0]: track.url for track in viewer.tracks if track.channels}
        while len(first) < len(viewer.tracks):
            channel, data = viewer.client.read_frame()
            if channel in channels:
                packet = RtpPacket.parse(data)
                first.setdefault(channels[channel], (packet.sequence, packet.timestamp))
        return first

    def _first_datagram(self, track):
        packet = RtpPacket.parse(track.udp.receive_rtp()[0])
        return packet.sequence, packet.timestamp

    def _check(self, transport, path='/test'):
        viewer = Viewer(self.server, path, transport)
        self.addCleanup(viewer.stop)
        viewer.describe()
        viewer.set_up().play()
        self.assertEqual(parse_rtp_info(viewer.play_response['RTP-Info']), self._first_packets(viewer))
        return viewer

    def test_first_viewer_over_tcp(self):
        self._check('tcp')

    def test_first_viewer_over_udp(self):
        self._check('udp')

    def test_sound_alone(self):
        self._check('tcp', '/sound')

    def test_later_viewers(self):
        with Viewer(self.server) as first:
            for transport in ('tcp', 'udp') * 5:
                first.wait_for_more(7)
                with self.subTest(transport=transport):
                    self._check(transport)

    def test_after_pause(self):
        viewer = self._check('udp')
        for _ in range(3):
            self.assertEqual(viewer.client.request('PAUSE', viewer.aggregate).status, 200)
            for track in viewer.tracks:
                track.udp.drain()
            viewer.play()
            self.assertEqual(parse_rtp_info(viewer.play_response['RTP-Info']), self._first_packets(viewer))

    def test_range_is_answered_and_nobody_is_sought(self):
        with Viewer(self.server) as first:
            for asked in ('npt=0-', 'npt=now-', 'npt=0.000-', 'npt=10-20', 'clock=20200101T000000Z-'):
                viewer = Viewer(self.server)
                self.addCleanup(viewer.stop)
                viewer.describe()
                viewer.set_up()
                response = viewer.client.request('PLAY', viewer.aggregate, {'Range': asked})
                self.assertIn(response.status, (200, 457), response)
                if response.status == 200:
                    self.assertTrue(response['Range'].startswith('npt='), response)
            first.wait_for_more(30)
            self.assertEqual(first.lost, 0)


if __name__ == '__main__':
    suite.main()
