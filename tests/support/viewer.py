# SPDX-License-Identifier: LGPL-2.1-or-later
"""A healthy viewer: sets up what is there, plays, and counts what it lost."""

import select
import threading
import time

from . import sdp
from .deadline import wait_until
from .rtp_packet import RtpPacket, receiver_report, rtcp_packets, signed_difference
from .rtsp_client import RtspClient
from .udp_pair import UdpPair

_REPORT_INTERVAL = 10  # seconds; sessions end without one (RFC 2326, 12.37)


class Track:
    """What has been received of one stream."""

    def __init__(self, media, url):
        self.media = media
        self.url = url
        self.setup = None  # the response
        self.udp = None
        self.channels = None
        self.packets = 0
        self.lost = 0
        self.first = None
        self.last = None
        self.last_time = 0.0
        self.largest_gap = 0.0  # seconds between two packets

    def observe(self, packet):
        now = time.monotonic()
        if self.last is not None:
            self.lost += abs(signed_difference(packet.sequence, self.last.sequence, 16) - 1)
            self.largest_gap = max(self.largest_gap, now - self.last_time)
        self.first = self.first or packet
        self.last, self.last_time = packet, now
        self.packets += 1

    def seconds_since(self, packet):
        """From that packet to the last one, by their RTP times."""
        return signed_difference(self.last.timestamp, packet.timestamp) / self.media.clock_rate


class Viewer:
    """Confined to the test's thread until start(); then its own thread receives until stop()."""

    def __init__(self, server, path='/test', transport='tcp', user_agent='viewer', tls=None, client=RtspClient, profile='AVP'):
        """`client`: how to talk, RtspClient or a kind of it. `profile`: SAVP counts packets, and cannot read them."""
        self.client = client(server.port, server.address, tls=tls)
        self._address = server.address
        self.url = server.url(path)
        self._transport = transport
        self._profile = profile
        self._agent = user_agent
        self.tracks = []
        self.play_response = None
        self._ended = threading.Event()
        self.closed = False  # the server ended the connection
        self._thread = threading.Thread(target=self._receive, daemon=True)

    # Control

    def describe(self):
        response = self.client.request('DESCRIBE', self.url, {'Accept': 'application/sdp', 'User-Agent': self._agent})
        assert response.status == 200, response
        base = response.get('Content-Base', self.url)
        self.description = sdp.parse(response.body)
        self.aggregate = sdp.resolve(base, self.description.control)
        self.tracks = [Track(media, sdp.resolve(base, media.control)) for media in self.description.media]
        return response

    def set_up(self):
        for number, track in enumerate(self.tracks):
            track.setup = self.client.request('SETUP', track.url, {'Transport': self._offer(track, number)})
            assert track.setup.status == 200, track.setup
        return self

    def _offer(self, track, number):
        if self._transport == 'tcp':
            track.channels = (2 * number, 2 * number + 1)
            return f'RTP/{self._profile}/TCP;unicast;interleaved={2 * number}-{2 * number + 1}'
        track.udp = UdpPair(self.client.local_address[0])
        return f'RTP/{self._profile};unicast;client_port={track.udp.port}-{track.udp.port + 1}'

    def play(self):
        self.play_response = self.client.request('PLAY', self.aggregate, {'Range': 'npt=0-'})
        assert self.play_response.status == 200, self.play_response
        return self

    def report(self):
        """A receiver report of each stream that has come by UDP: the viewer is still there."""
        for track in self.tracks:
            if track.last:
                port = int(track.setup.transport('server_port').split('-')[1])
                track.udp.rtcp.sendto(receiver_report(7, track.last.ssrc, track.last.sequence), (self._address, port))

    def start(self):
        """The whole dialogue, and then receiving in the background."""
        self.describe()
        self.set_up()
        self.play()
        self._thread.start()
        return self

    # Receiving

    def _receive(self):
        due = time.monotonic() + _REPORT_INTERVAL
        while not self._ended.is_set() and not self.closed:
            if self._transport == 'tcp':
                self._receive_interleaved()
            else:
                self._receive_datagrams()
                if time.monotonic() > due and not self._profile.startswith('S'):
                    self.report()
                    due += _REPORT_INTERVAL

    def _receive_interleaved(self):
        try:
            if (
                not self.client.frames
                and not select.select([self.client], [], [], 0.1)[0]
                and not self.client.buffered()
            ):
                return
            frame = self.client.read_frame(5)
        except (OSError, AssertionError):
            frame = None
        if frame is None:
            self.closed = True
            return
        self._dispatch(*frame)

    def _dispatch(self, channel, data):
        for track in self.tracks:
            if channel == track.channels[0]:
                track.observe(RtpPacket.parse(data))
            elif channel == track.channels[1] and not self._profile.startswith('S'):
                rtcp_packets(data)

    def _receive_datagrams(self):
        sockets = {track.udp.rtp: track for track in self.tracks}
        for end in select.select(list(sockets), [], [], 0.1)[0]:
            sockets[end].observe(RtpPacket.parse(end.recv(65536)))

    # Findings

    @property
    def packets(self):
        return sum(track.packets for track in self.tracks)

    @property
    def lost(self):
        return sum(track.lost for track in self.tracks)

    @property
    def largest_gap(self):
        return max(track.largest_gap for track in self.tracks)

    def wait_for_more(self, count=20, seconds=10):
        """Proves that media still flows."""
        goal = self.packets + count
        wait_until(lambda: self.packets >= goal or self.closed, seconds, f'{count} more packets')
        assert self.packets >= goal, 'viewer was disconnected'

    def stop(self):
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(10)
        self.client.close()
        for track in self.tracks:
            if track.udp:
                track.udp.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
