# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTP and RTCP as a viewer reads them (RFC 3550)."""

import struct
from dataclasses import dataclass

_NTP_EPOCH = 2208988800  # 1970 in the NTP era


@dataclass(frozen=True)
class RtpPacket:
    marker: bool
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes

    @staticmethod
    def parse(data):
        first, second, sequence, timestamp, ssrc = struct.unpack('!BBHII', data[:12])
        assert first >> 6 == 2, 'RTP version'
        start = 12 + 4 * (first & 15)
        if first & 16:
            start += 4 + 4 * struct.unpack('!H', data[start + 2 : start + 4])[0]
        end = len(data) - (data[-1] if first & 32 else 0)
        return RtpPacket(bool(second & 128), second & 127, sequence, timestamp, ssrc, data[start:end])


@dataclass(frozen=True)
class SenderReport:
    ssrc: int
    ntp: float  # seconds since 1970
    rtp_time: int
    packets: int
    octets: int


def rtcp_packets(data):
    """(type, body) of a compound packet; the body begins behind the common header."""
    packets = []
    while len(data) >= 4:
        first, kind, length = struct.unpack('!BBH', data[:4])
        assert first >> 6 == 2, 'RTCP version'
        end = 4 + 4 * length
        assert len(data) >= end, 'RTCP length'
        packets.append((kind, data[4:end]))
        data = data[end:]
    return packets


def sender_report(data):
    """The sender report of a compound packet, None without one."""
    for kind, body in rtcp_packets(data):
        if kind == 200:
            ssrc, seconds, fraction, rtp_time, packets, octets = struct.unpack('!IIIIII', body[:24])
            return SenderReport(ssrc, seconds - _NTP_EPOCH + fraction / 2**32, rtp_time, packets, octets)
    return None


def has_bye(data):
    return any(kind == 203 for kind, _ in rtcp_packets(data))


def receiver_report(own_ssrc, ssrc, sequence):
    block = struct.pack('!IIIIII', ssrc, 0, sequence, 0, 0, 0)
    name = b'viewer@test'
    sdes = struct.pack('!IBB', own_ssrc, 1, len(name)) + name + b'\0'
    sdes += b'\0' * (-len(sdes) % 4)
    report = struct.pack('!BBHI', 0x81, 201, 7, own_ssrc) + block
    return report + struct.pack('!BBH', 0x81, 202, len(sdes) // 4) + sdes


def signed_difference(later, earlier, bits=32):
    """later - earlier of counters that wrap."""
    half = 1 << (bits - 1)
    return (later - earlier + half) % (1 << bits) - half


def media_time(report, timestamp, clock_rate):
    """Wall-clock seconds at which `timestamp` was captured, by a sender report."""
    return report.ntp + signed_difference(timestamp, report.rtp_time) / clock_rate
