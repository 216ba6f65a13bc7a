# SPDX-License-Identifier: LGPL-2.1-or-later
"""The players of the matrix, and what proves that one of them played."""

from support import klv_feed, players, vlc

CLIENTS = ('ffmpeg TCP', 'ffmpeg UDP', 'VLC TCP', 'VLC UDP', 'rtspsrc TCP', 'rtspsrc UDP', 'playbin')


def missing(client, codec):
    """Why this client cannot be asked here, '' if it can."""
    program, _, transport = client.partition(' ')
    if program == 'VLC':
        return vlc.why_not(transport.lower(), only_transport_stream=codec.name == 'MPEG-TS')
    needed = 'ffmpeg' if program == 'ffmpeg' else 'gst-launch-1.0'
    return f'{needed} is not installed' if players.missing(needed) else ''


def start(client, codec, url, folder, name):
    program, _, transport = client.partition(' ')
    transport = transport.lower()
    if program == 'VLC':
        return vlc.Vlc(url, transport, folder, name, sound_rate=codec.rate)
    command = {
        'ffmpeg': lambda: players.ffmpeg(url, transport, codec.media),
        'rtspsrc': lambda: players.rtspsrc(url, transport, codec.decode),
        'playbin': lambda: players.playbin(url),
    }[program]()
    return players.Player(command, folder, name)


def _video_is_right(player):
    return player.pictures.count() >= 5 and player.pictures.show_bars()


def _audio_is_right(player):
    return player.sound.seconds() > 0.3 and player.sound.is_tone(440)


def _data_is_right(player):
    return player.data().count(klv_feed.UNIT) >= 3


_PROOFS = {'video': _video_is_right, 'audio': _audio_is_right, 'data': _data_is_right}


def proof(codec):
    """The condition on a player that it shows this codec's picture, plays its tone or passes on its data."""
    return lambda player: all(_PROOFS[medium](player) for medium in codec.media)
