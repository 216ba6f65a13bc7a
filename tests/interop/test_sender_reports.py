# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sender reports: from the first packet on, true to the wall clock, and the same for sound and pictures."""

import time

from support import application, host_rates, suite
from support.application import Application
from support.rtp_packet import RtpPacket, has_bye, media_time, sender_report
from support.viewer import Viewer

_LINE = (
    'rtspsink name=sink service=0 address=127.0.0.1'
    ' appsrc name=pictures ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! video/x-h264,mapping=/test ! sink.'
    ' appsrc name=samples ! audio/x-raw,mapping=/test ! sink.'
    ' appsrc name=stamps ! meta/x-klv,mapping=/test ! sink.'
)

_LIP_SYNC = 0.001  # seconds
_WALL_CLOCK = 0.050


_BOOTED = time.time() - time.monotonic()


def _wall(monotonic):
    """Wall-clock time of a CLOCK_MONOTONIC time; off by the same for all."""
    return monotonic + _BOOTED


@suite.only_rtspsink
class SenderReports(suite.Case):
    def _watch(self, transport, seconds):
        """(kind of stream, is RTCP, arrival, bytes) of all packets of a new viewer."""
        viewer = Viewer(self.server, transport=transport)
        self.addCleanup(viewer.stop)
        viewer.describe()
        viewer.set_up().play()
        kinds = {}
        for track in viewer.tracks:
            kinds[track.channels[0]] = (track.media.encoding, False)
            kinds[track.channels[1]] = (track.media.encoding, True)
        self.clock_rates = {track.media.encoding: track.media.clock_rate for track in viewer.tracks}
        packets, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            channel, data = viewer.client.read_frame()
            packets.append((*kinds[channel], time.time(), data))
        return packets

    def setUp(self):
        if application.why_not():
            self.skipTest(application.why_not())
        self.server = Application(self.folder, _LINE)
        self.addCleanup(self.server.process.kill)
        self.server.play()

    def test_reports_are_true(self):
        packets = self._watch('tcp', 3)
        for encoding in self.clock_rates:
            with self.subTest(stream=encoding):
                self._check_first(packets, encoding)
                self._check_clock(packets, encoding)
        self._check_lip_sync(packets)
        self.server.stop()

    def _check_first(self, packets, encoding):
        """The report is there with the first packets: a player can align its streams at once."""
        mine = [(is_rtcp, data) for kind, is_rtcp, _, data in packets if kind == encoding]
        position = next(index for index, (is_rtcp, _) in enumerate(mine) if is_rtcp)
        first = next(data for is_rtcp, data in mine if not is_rtcp)
        report = sender_report(mine[position][1])
        self.assertEqual(report.ssrc, RtpPacket.parse(first).ssrc)
        times = {RtpPacket.parse(data).timestamp for is_rtcp, data in mine[:position] if not is_rtcp}
        self.assertLessEqual(len(times), 1, 'access units before the first report')

    def _check_clock(self, packets, encoding):
        reports = [
            (arrival, sender_report(data)) for kind, is_rtcp, arrival, data in packets if kind == encoding and is_rtcp
        ]
        for arrival, report in reports:
            self.assertLess(abs(arrival - report.ntp), 1, 'NTP time is now')
        _, last = reports[-1]
        for _, report in reports:
            drift = media_time(report, last.rtp_time, self.clock_rates[encoding]) - last.ntp
            self.assertLess(abs(drift), _LIP_SYNC, 'one mapping for the whole stream')

    def _check_lip_sync(self, packets):
        """The capture time that a player computes, against the one that the media itself carries."""
        errors = {
            kind: self._capture_error(packets, kind, capture)
            for kind, capture in (('L16', _sample_capture), ('SMPTE336M', _stamp_capture), ('H264', _picture_capture))
        }
        for kind, error in errors.items():
            self.assertLess(abs(error), _WALL_CLOCK, errors)
            self.assertLess(abs(error - errors['L16']), _LIP_SYNC, errors)

    def _capture_error(self, packets, encoding, capture):
        report = next(
            sender_report(data) for kind, is_rtcp, _, data in reversed(packets) if kind == encoding and is_rtcp
        )
        data = [data for kind, is_rtcp, _, data in packets if kind == encoding and not is_rtcp][-1]
        packet = RtpPacket.parse(data)
        told = media_time(report, packet.timestamp, self.clock_rates[encoding])
        return told - capture(packet.payload, told)


def _sample_capture(payload, near):
    return _nearest(
        int.from_bytes(payload[:2], 'big') / host_rates.SAMPLES_A_SECOND, 65536 / host_rates.SAMPLES_A_SECOND, near
    )


def _stamp_capture(payload, _near):
    return _wall(int(payload[17:].decode()) / 1e9)


def _picture_capture(_payload, near):
    """Pictures are captured at whole steps of their rate."""
    return _nearest(0, 1 / host_rates.PICTURES_A_SECOND, near)


def _nearest(remainder, period, near):
    """The wall-clock time closest to `near` that is `remainder` in a monotonic clock of that period."""
    origin = _wall(0)
    turns = round((near - origin - remainder) / period)
    return origin + remainder + turns * period


@suite.only_rtspsink
class Bye(suite.Case):
    def setUp(self):
        if application.why_not():
            self.skipTest(application.why_not())

    def test_end_of_stream_says_bye(self):
        for transport in ('tcp', 'udp'):
            with self.subTest(transport=transport):
                server = Application(self.folder, _LINE)
                self.addCleanup(server.process.kill)
                viewer = Viewer(server.play(), transport=transport)
                self.addCleanup(viewer.stop)
                viewer.describe()
                viewer.set_up().play()
                server.tell('eos')
                self._wait_for_bye(viewer)
                server.stop()

    def _wait_for_bye(self, viewer):
        ended = set()
        while len(ended) < len(viewer.tracks):
            if viewer.tracks[0].udp:
                ended |= {
                    track.url
                    for track in viewer.tracks
                    if track.url not in ended and has_bye(track.udp.receive_rtcp()[0])
                }
            else:
                frame = viewer.client.read_frame()
                self.assertIsNotNone(frame, 'closed without BYE')
                ended |= {track.url for track in viewer.tracks if frame[0] == track.channels[1] and has_bye(frame[1])}


if __name__ == '__main__':
    suite.main()
