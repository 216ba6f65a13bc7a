# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is to be served, said once and turned into a line for rtspsink or for the rival."""

import functools
import re
import shlex
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Stream:
    chain: str  # launch text of source and encoder
    caps: str  # media type that the mapping field is added to
    payloader: str  # the rival has to be told; '': `chain` ends in a payloader
    child: str = ''  # properties of this stream in rtspsink, as `name=value`


@dataclass(frozen=True)
class Presentation:
    path: str
    streams: tuple


def h264(pattern='smpte', size='160x120', fps=15, gop=15, extra=''):
    width, height = size.split('x')
    return Stream(
        f'videotestsrc is-live=true pattern={pattern} ! video/x-raw,width={width},height={height},framerate={fps}/1'
        f' ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max={gop} bitrate=300 {extra}',
        'video/x-h264',
        'rtph264pay config-interval=-1',
    )


def pcmu(frequency=440):
    return Stream(
        f'audiotestsrc is-live=true wave=sine freq={frequency} volume=0.5 samplesperbuffer=160'
        ' ! audio/x-raw,rate=8000,channels=1 ! mulawenc',
        'audio/x-mulaw',
        'rtppcmupay',
    )


def rtspsink_line(presentations, properties):
    """The text after gst-launch-1.0."""
    children, branches = [], []
    for presentation in presentations:
        for stream in presentation.streams:
            if stream.child:
                children.append(f'sink_{len(branches)}::{stream.child}')
            branches.append(f'{stream.chain} ! \'{stream.caps},mapping="{presentation.path}"\' ! sink.')
    return ' '.join([f'rtspsink name=sink {properties}', *children, *branches])


def rival_arguments(presentations):
    """Pairs of path and factory launch text."""
    arguments = []
    for presentation in presentations:
        bins = []
        for number, stream in enumerate(presentation.streams):
            payloader = f' ! {stream.payloader}' if stream.payloader else ''
            bins.append(f'{stream.chain}{payloader} name=pay{number}')
        arguments += [presentation.path, '( ' + ' '.join(bins) + ' )']
    return arguments


def missing_elements(text):
    """The elements of a launch text that are not installed."""
    words = {word for word in text.split() if re.fullmatch('[A-Za-z][A-Za-z0-9_]*', word)}
    return sorted(word for word in words if not _is_installed(word))


@functools.lru_cache(maxsize=None)
def _is_installed(element):
    return subprocess.run(['gst-inspect-1.0', '--exists', element], check=False).returncode == 0


def split_line(line):
    """Words as the shell would hand them over."""
    return shlex.split(line)
