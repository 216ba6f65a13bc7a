# SPDX-License-Identifier: LGPL-2.1-or-later
"""Launch lines that users of such an element know, as they type them, and what they show.

A camera is replaced by a test source: {camera} gives pictures, {h264_camera} what a camera with an encoder gives.
"""

import os
import subprocess
from dataclasses import dataclass

CAMERA = 'videotestsrc is-live=true'
H264_CAMERA = 'videotestsrc is-live=true ! video/x-raw,framerate=30/1 ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30'


@dataclass(frozen=True)
class Served:
    path: str
    media: tuple  # of 'video', 'audio'
    decode: str  # what a user puts behind rtspsrc; sinks as in players.rtspsrc()


@dataclass(frozen=True)
class Line:
    name: str
    port: int
    text: str  # behind gst-launch-1.0
    served: tuple
    needs_movie: bool = False


_H264 = 'src. ! rtph264depay ! h264parse ! avdec_h264 ! queue ! {video}'
_AAC = 'src. ! rtpmp4adepay ! aacparse ! avdec_aac ! queue ! {audio}'

LINES = (
    Line(
        'camera_with_parser',
        8554,
        '{camera} ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 bitrate=4000 ! h264parse config-interval=-1'
        ' ! video/x-h264,mapping=/stream1 ! rtspsink service=8554',
        (Served('/stream1', ('video',), _H264),),
    ),
    Line(
        'usb_camera',
        8554,
        '{camera} ! videoconvert ! video/x-raw,framerate=30/1 ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30'
        ' bitrate=4000 ! h264parse config-interval=-1 ! video/x-h264,mapping=/usb ! rtspsink service=8554',
        (Served('/usb', ('video',), _H264),),
    ),
    Line(
        'camera_that_encodes',
        8554,
        '{h264_camera} ! video/x-h264,framerate=30/1 ! h264parse config-interval=-1 ! video/x-h264,mapping=/usb ! rtspsink service=8554',
        (Served('/usb', ('video',), _H264),),
    ),
    Line(
        'movie',
        8554,
        'rtspsink name=sink service=8554 appsink0::sync=true appsink1::sync=true qtdemux name=demux filesrc location=input.mp4 ! demux.'
        ' demux. ! queue ! aacparse ! audio/mpeg,mapping=/movie ! sink. demux. ! queue ! h264parse ! video/x-h264,mapping=/movie ! sink.',
        (Served('/movie', ('video', 'audio'), f'{_H264} {_AAC}'),),
        needs_movie=True,
    ),
    Line(
        'audio_alone',
        3000,
        'audiotestsrc ! avenc_aac ! "audio/mpeg, mapping=/mystream" ! rtspsink service=3000',
        (Served('/mystream', ('audio',), _AAC),),
    ),
    Line(
        'multicast',
        5000,
        'videotestsrc is-live=true ! x264enc tune=zerolatency ! video/x-h264, mapping=/stream1 ! rtspsink service=5000'
        ' multicast=true multicast-ip-min=239.255.255.253 multicast-ip-max=239.255.255.255 multicast-port-min=5000'
        ' multicast-port-max=6000 multicast-ttl=128',
        (Served('/stream1', ('video',), _H264),),  # by multicast in test_multicast.py
    ),
    Line(
        'stream_property',
        5000,
        'videotestsrc ! x264enc ! video/x-h264, mapping=/stream1 ! rtspsink service=5000 rtspsinkpad0::max-buffers=3',
        (Served('/stream1', ('video',), _H264),),
    ),
    Line(
        'two_mappings',
        5000,
        'rtspsink service=5000 name=sink rtspsinkpad0::sync=true rtspsinkpad1::max-buffers=1000'
        ' videotestsrc ! vp8enc ! capsfilter caps="video/x-vp8, mapping=/stream0" ! sink.'
        ' audiotestsrc ! avenc_ac3 ! capsfilter caps="audio/x-ac3, mapping=/stream1" ! sink.',
        (
            Served('/stream0', ('video',), 'src. ! rtpvp8depay ! vp8dec ! queue ! {video}'),
            Served('/stream1', ('audio',), 'src. ! rtpac3depay ! ac3parse ! avdec_ac3 ! queue ! {audio}'),
        ),
    ),
)


def make_movie(folder):
    """input.mp4: two minutes of H.264 and AAC."""
    path = os.path.join(folder, 'input.mp4')
    if not os.path.exists(path):
        subprocess.run(
            [
                'gst-launch-1.0',
                '-q',
                *(
                    'videotestsrc num-buffers=3600 ! video/x-raw,width=320,height=240,framerate=30/1'
                    ' ! x264enc speed-preset=ultrafast key-int-max=30 bframes=0 ! h264parse ! mp4mux name=mux ! filesink location=input.mp4'
                    ' audiotestsrc num-buffers=5200 ! audio/x-raw,rate=44100 ! avenc_aac ! mux.'
                ).split(),
            ],
            cwd=folder,
            check=True,
            timeout=120,
        )
    return path
