# SPDX-License-Identifier: LGPL-2.1-or-later
"""VLC, which has two RTSP clients: live555 for everything, and a SAT>IP one that plays MPEG-TS over UDP.

Distributions differ in whether live555 is built in (Debian 12 leaves it out), so the tests ask.
"""

import functools
import os
import shutil
import subprocess
from urllib.parse import urlsplit

from .pictures import HeadedPictures
from .players import Player
from .sound import Sound

# The SAT>IP client sets up what it is given, without DESCRIBE, and addresses its PLAY to this path (SAT>IP 1.2.2,
# section 3.5.7): the URL of the only stream of a presentation at the root.
_SATIP_PATH = 'stream=0'


class Vlc(Player):
    def __init__(self, url, transport, folder, name, size=(160, 120), sound_rate=8000):
        if not _has_live555():
            url = url.rstrip('/') + '/' + _SATIP_PATH
        super().__init__(
            lambda base, _: _as_other_user(_words(url, transport, base)), folder, name, size, _environment(folder)
        )
        self.pictures = HeadedPictures(self.base + '.yuv', *size)
        self.sound = Sound(self.base + '.pcm', sound_rate)


def _words(url, transport, base):
    words = [
        'cvlc',
        '--ignore-config',
        '--no-interact',
        '--no-media-library',
        '--network-caching=300',
        '--vout=yuv',
        '--yuv-file=' + base + '.yuv',
        '--yuv-chroma=GREY',
        '--aout=afile',
        '--audiofile-file=' + base + '.pcm',
        '--no-audiofile-wav',
        '--audiofile-channels=1',
        '--audiofile-format=s16',
    ]
    options = _OPTIONS[_has_live555()].get(transport, [])
    return [*words, *(option.format(port=urlsplit(url).port) for option in options), url]


# By whether it is live555's client; UDP is what both do unasked.
_OPTIONS = {
    True: {'tcp': ['--rtsp-tcp'], 'http': ['--rtsp-http', '--rtsp-http-port={port}'], 'udp_multicast': ['--rtsp-mcast']},
    False: {'udp_multicast': ['--satip-multicast']},
}


def _as_other_user(words):
    """cvlc refuses to run as root."""
    if os.getuid() != 0:
        return words
    if _is_alone():
        return ['unshare', '--user', '--map-user=65534', *words]
    return ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', *words]


def _is_alone():
    """Whether this is root of a user namespace that knows nobody else (network.enter())."""
    with open('/proc/self/uid_map', encoding='ascii') as file:
        return int(file.read().split()[2]) == 1


def _environment(folder):
    return dict(os.environ, HOME=folder, XDG_RUNTIME_DIR=folder)


@functools.lru_cache(maxsize=None)
def modules():
    """The list of modules of the installed VLC, '' without one."""
    if not shutil.which('cvlc'):
        return ''
    return subprocess.run(
        _as_other_user(['cvlc', '--list']),
        env=_environment('/tmp'),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    ).stdout


def _has_live555():
    return 'live555' in modules()


def plays_transport_stream_only():
    return bool(modules()) and not _has_live555()


def why_transport_stream_only():
    return 'by its SAT>IP client: this VLC is built without live555' if plays_transport_stream_only() else ''


def why_not(transport, only_transport_stream):
    """Why this VLC cannot be asked for such a mapping, '' if it can."""
    if not modules():
        return 'VLC is not installed'
    if _has_live555():
        return ''
    if 'satip' in modules() and transport in ('udp', 'udp_multicast') and only_transport_stream:
        return ''
    return 'this VLC is built without live555'
