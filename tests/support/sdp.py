# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session description as a client reads it (RFC 4566)."""

from dataclasses import dataclass, field


@dataclass
class Media:
    kind: str
    payload_type: int
    lines: list = field(default_factory=list)

    def attribute(self, name):
        for line in self.lines:
            if line.startswith(f'a={name}:'):
                return line.split(':', 1)[1].strip()
        return None

    @property
    def control(self):
        return self.attribute('control')

    @property
    def encoding(self):
        return (self.attribute('rtpmap') or ' ').split(' ', 1)[1].split('/')[0]

    @property
    def clock_rate(self):
        rtpmap = self.attribute('rtpmap')
        return (
            int(rtpmap.split('/')[1])
            if rtpmap
            else {0: 8000, 8: 8000, 9: 8000, 14: 90000, 26: 90000, 33: 90000}[self.payload_type]
        )


@dataclass
class Description:
    lines: list
    media: list

    @property
    def control(self):
        for line in self.lines:
            if line.startswith('a=control:'):
                return line.split(':', 1)[1].strip()
        return '*'


def parse(body):
    description = Description([], [])
    for line in body.decode().split('\r\n'):
        if line.startswith('m='):
            kind, _, _, payload_type = line[2:].split()[:4]
            description.media.append(Media(kind, int(payload_type)))
        (description.media[-1].lines if description.media else description.lines).append(line)
    return description


def resolve(base, control):
    """The URL of a control attribute, by appending as RTSP clients do (RFC 2326 appendix C.1.1)."""
    if control.startswith('rtsp://'):
        return control
    if control in ('*', ''):
        return base
    return base.rstrip('/') + '/' + control
