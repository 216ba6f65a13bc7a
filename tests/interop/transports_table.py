# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table of ways to get at a mapping, and how each client is pointed at it.

A row is a Transport with a trial for each of CLIENTS; trials.py has the kinds of trial.
"""

from dataclasses import dataclass

from trials import Answers, Fails, PageFails, PagePlays, Plays, VlcFails, VlcPlays

from support import players

CLIENTS = ('ffmpeg', 'VLC', 'rtspsrc', 'curl', 'Chromium')

_DECODE = 'src. ! rtph264depay ! h264parse ! avdec_h264 ! queue ! {video}'


@dataclass(frozen=True)
class Transport:
    name: str
    properties: str  # of the server: it offers no other way, so that no client takes one unnoticed
    trials: tuple  # in the order of CLIENTS

    def trial(self, client):
        return self.trials[CLIENTS.index(client)]


def _ffmpeg(scheme, transport):
    return Plays(lambda scene: players.ffmpeg(scene.url(scheme), transport, ('video',)))


def _rtspsrc(scheme, protocols='tcp'):
    trusting = 'tls-validation-flags=0'  # what it signs with is not known to the system
    return Plays(lambda scene: players.rtspsrc(scene.url(scheme), protocols, _DECODE, trusting))


def _curl_fails(scheme, reason, words):
    return Fails(lambda scene: lambda *_: ['curl', '-ksSi', '--max-time', '10', scene.url(scheme)], reason, words)


_FFMPEG_WITHOUT = Fails(
    lambda scene: players.ffmpeg(scene.url('ws'), 'tcp', ('video',)), 'knows no WebSocket', 'Protocol not found'
)
_RTSPSRC_WITHOUT = Fails(
    lambda scene: players.rtspsrc(scene.url('ws'), 'tcp', _DECODE), 'knows no WebSocket', 'No valid RTSP URL'
)
_NO_RTSPS = 'knows no rtsps'
_NO_TUNNEL = 'knows no tunnel'
_CURL_DISABLED = 'not supported or disabled'



def _srtp(name, protocols, ffmpeg, rtspsrc):
    vlc, curl = VlcFails('rtsps', _NO_RTSPS), _curl_fails('rtsps', _NO_RTSPS, _CURL_DISABLED)
    return Transport(name, f'protocols={protocols} srtp=required', (ffmpeg, vlc, rtspsrc, curl, PageFails('rtsps')))


_FFMPEG_TCP_ONLY = Fails(
    lambda scene: players.ffmpeg(scene.url('rtsps'), 'tcp', ('video',)), 'takes rtsps for TCP alone', 'SETUP failed: 461'
)

TRANSPORTS = (
    Transport(
        'TCP, interleaved',
        'protocols=tcp',
        (
            _ffmpeg('rtsp', 'tcp'),
            VlcPlays('tcp'),
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
            _rtspsrc('rtsp', 'udp'),
            Answers('RTP/AVP;unicast;client_port=5000-5001'),
            PageFails('rtsp'),
        ),
    ),
    Transport(
        'UDP, multicast',
        'protocols=udp-mcast',
        (
            _ffmpeg('rtsp', 'udp_multicast'),
            VlcPlays('udp_multicast'),
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
            _rtspsrc('rtsps'),
            _curl_fails('rtsps', _NO_RTSPS, _CURL_DISABLED),
            PageFails('rtsps'),
        ),
    ),
    Transport(
        'WebSocket',
        'protocols=tcp',
        (
            _FFMPEG_WITHOUT,
            VlcFails('ws', 'knows no WebSocket'),
            _RTSPSRC_WITHOUT,
            _curl_fails('ws', 'knows no WebSocket', _CURL_DISABLED),
            PagePlays('ws'),
        ),
    ),
    Transport(
        'WebSocket in TLS',
        'protocols=tcp',
        (
            _FFMPEG_WITHOUT,
            VlcFails('wss', 'knows no WebSocket'),
            _RTSPSRC_WITHOUT,
            _curl_fails('wss', 'knows no WebSocket', _CURL_DISABLED),
            PagePlays('wss'),
        ),
    ),
    _srtp('SRTP over TCP', 'tcp', _ffmpeg('rtsps', 'tcp'), _rtspsrc('rtsps')),
    _srtp('SRTP over UDP', 'udp', _FFMPEG_TCP_ONLY, _rtspsrc('rtsps', 'udp')),
    _srtp('SRTP over UDP, multicast', 'udp-mcast', _FFMPEG_TCP_ONLY, _rtspsrc('rtsps', 'udp-mcast')),
)
