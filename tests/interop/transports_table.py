# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table of ways to get at a mapping, and how each client is pointed at it.

A row is a Transport with a trial for each of CLIENTS; trials.py has the kinds of trial.
"""

from dataclasses import dataclass

from trials import Answers, Fails, PageFails, PagePlays, Plays, VlcFails, VlcPlays

from support import players

CLIENTS = ('ffmpeg', 'VLC', 'mpv', 'rtspsrc', 'curl', 'Chromium')

_DECODE = 'src. ! rtph264depay ! h264parse ! avdec_h264 ! queue ! {video}'


@dataclass(frozen=True)
class Transport:
    name: str
    properties: str  # of the server: it offers no other way, so that no client takes one unnoticed
    trials: tuple  # in the order of CLIENTS

    def trial(self, client):
        return self.trials[CLIENTS.index(client)]


@dataclass(frozen=True)
class MulticastTransport(Transport):
    """One client at a time: FFmpeg takes the BYE of another receiver that leaves the group for the end of the stream."""

    def trial(self, client):
        trial = super().trial(client)

        def alone(scene):
            with scene.turns:
                return trial(scene)

        return alone


def _ffmpeg(scheme, transport):
    return Plays(lambda scene: players.ffmpeg(scene.url(scheme), transport, ('video',)))


def _mpv(scheme, transport):
    return Plays(lambda scene: players.mpv(scene.url(scheme), transport))


def _mpv_fails(scheme, reason, words):
    return Fails(lambda scene: players.mpv(scene.url(scheme), 'tcp'), reason, words)


def _rtspsrc(scheme, protocols='tcp'):
    trusting = 'tls-validation-flags=0'  # what it signs with is not known to the system
    return Plays(lambda scene: players.rtspsrc(scene.url(scheme), protocols, _DECODE, trusting))


def _curl_fails(scheme, reason, words):
    return Fails(lambda scene: lambda *_: ['curl', '-ksSi', '--max-time', '10', scene.url(scheme)], reason, words)


_NO_RTSPS = 'knows no rtsps'
_NO_TUNNEL = 'knows no tunnel'
_CURL_DISABLED = 'not supported or disabled'


def _websocket(name, scheme):
    reason = 'knows no WebSocket'
    trials = (
        Fails(lambda scene: players.ffmpeg(scene.url(scheme), 'tcp', ('video',)), reason, 'Protocol not found'),
        VlcFails(scheme, reason),
        _mpv_fails(scheme, reason, 'No protocol handler'),
        Fails(lambda scene: players.rtspsrc(scene.url(scheme), 'tcp', _DECODE), reason, 'No valid RTSP URL'),
        _curl_fails(scheme, reason, _CURL_DISABLED),
        PagePlays(scheme),
    )
    return Transport(name, 'protocols=tcp', trials)


def _srtp(name, protocols, ffmpeg, mpv, rtspsrc):
    vlc, curl = VlcFails('rtsps', _NO_RTSPS), _curl_fails('rtsps', _NO_RTSPS, _CURL_DISABLED)
    return Transport(name, f'protocols={protocols} srtp=required', (ffmpeg, vlc, mpv, rtspsrc, curl, PageFails('rtsps')))


_FFMPEG_TCP_ONLY = Fails(
    lambda scene: players.ffmpeg(scene.url('rtsps'), 'tcp', ('video',)), 'takes rtsps for TCP alone', 'SETUP failed: 461'
)

_MPV_TCP_ONLY = _mpv_fails('rtsps', 'takes rtsps for TCP alone', 'SETUP failed: 461')

TRANSPORTS = (
    Transport(
        'TCP, interleaved',
        'protocols=tcp',
        (
            _ffmpeg('rtsp', 'tcp'),
            VlcPlays('tcp'),
            _mpv('rtsp', 'tcp'),
            _rtspsrc('rtsp'),
            Answers('RTP/AVP/TCP;unicast;interleaved=0-1'),
            PageFails('rtsp'),
        ),
    ),
    Transport(
        'UDP',
        'protocols=udp',
        (
            _ffmpeg('rtsp', 'udp'),
            VlcPlays('udp'),
            _mpv('rtsp', 'udp'),
            _rtspsrc('rtsp', 'udp'),
            Answers('RTP/AVP;unicast;client_port=5000-5001'),
            PageFails('rtsp'),
        ),
    ),
    MulticastTransport(
        'UDP, multicast',
        'protocols=udp-mcast',
        (
            _ffmpeg('rtsp', 'udp_multicast'),
            VlcPlays('udp_multicast'),
            _mpv('rtsp', 'udp_multicast'),
            _rtspsrc('rtsp', 'udp-mcast'),
            Answers('RTP/AVP;multicast'),
            PageFails('rtsp'),
        ),
    ),
    Transport(
        'HTTP tunnel',
        'protocols=tcp',
        (
            _ffmpeg('rtsp', 'http'),
            VlcPlays('http'),
            _mpv('rtsp', 'http'),
            _rtspsrc('rtsph'),
            _curl_fails('http', _NO_TUNNEL, 'HTTP/1.. 426'),
            PageFails('http'),
        ),
    ),
    Transport(
        'HTTP tunnel in TLS',
        'protocols=tcp',
        (
            _ffmpeg('rtsp', 'https'),
            VlcFails('https', 'knows no tunnel in TLS'),
            _mpv('rtsp', 'https'),
            _rtspsrc('rtspsh'),
            _curl_fails('https', _NO_TUNNEL, 'HTTP/1.. 426'),
            PageFails('https'),
        ),
    ),
    Transport(
        'TLS (rtsps)',
        'protocols=tcp',
        (
            _ffmpeg('rtsps', 'tcp'),
            VlcFails('rtsps', _NO_RTSPS),
            _mpv('rtsps', 'tcp'),
            _rtspsrc('rtsps'),
            _curl_fails('rtsps', _NO_RTSPS, _CURL_DISABLED),
            PageFails('rtsps'),
        ),
    ),
    _websocket('WebSocket', 'ws'),
    _websocket('WebSocket in TLS', 'wss'),
    _srtp('SRTP over TCP', 'tcp', _ffmpeg('rtsps', 'tcp'), _mpv('rtsps', 'tcp'), _rtspsrc('rtsps')),
    _srtp('SRTP over UDP', 'udp', _FFMPEG_TCP_ONLY, _MPV_TCP_ONLY, _rtspsrc('rtsps', 'udp')),
    _srtp('SRTP over UDP, multicast', 'udp-mcast', _FFMPEG_TCP_ONLY, _MPV_TCP_ONLY, _rtspsrc('rtsps', 'udp-mcast')),
)
