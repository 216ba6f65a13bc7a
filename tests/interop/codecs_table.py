# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table of what can be served: how to make it, and how rtspsrc's user would decode it."""

import subprocess
from dataclasses import dataclass

from support.stream import Presentation, Stream

_RAW_VIDEO = 'videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=25/1,format=I420'
_X264 = f'{_RAW_VIDEO} ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=12 bitrate=300'
_TS_AUDIO = 'audiotestsrc is-live=true ! audio/x-raw,rate=44100,channels=1 ! avenc_mp2 ! queue'


def _tone(rate, extra=''):
    return f'audiotestsrc is-live=true wave=sine freq=440 volume=0.5 ! audioconvert ! audio/x-raw,rate={rate},channels=1{extra}'


@dataclass(frozen=True)
class Codec:
    name: str
    path: str
    medium: str  # 'video', 'audio', 'both' or 'data'
    stream: Stream
    decode: str  # what to put behind rtspsrc, see players.rtspsrc()
    rate: int = 8000  # samples a second in the stream

    @property
    def media(self):
        return ('video', 'audio') if self.medium == 'both' else (self.medium,)

    @property
    def presentation(self):
        return Presentation(self.path, (self.stream,))


def _video(name, path, stream, decoder):
    return Codec(name, path, 'video', stream, f'src. ! {decoder} ! {{video}}')


def _audio(name, path, rate, stream, decoder):
    return Codec(name, path, 'audio', stream, f'src. ! {decoder} ! {{audio}}', rate)


_H264 = 'rtph264depay ! h264parse ! avdec_h264'

_VIDEO = (
    _video(
        'H.264 (avc)',
        '/h264-avc',
        Stream(_X264, 'video/x-h264,stream-format=avc', 'rtph264pay config-interval=-1'),
        _H264,
    ),
    _video(
        'H.264 (byte-stream)',
        '/h264',
        Stream(_X264, 'video/x-h264,stream-format=byte-stream', 'rtph264pay config-interval=-1'),
        _H264,
    ),
    _video(
        'H.265',
        '/h265',
        Stream(
            f'{_RAW_VIDEO} ! x265enc tune=zerolatency speed-preset=ultrafast key-int-max=12 bitrate=300',
            'video/x-h265',
            'h265parse ! rtph265pay config-interval=-1',
        ),
        'rtph265depay ! h265parse ! avdec_h265',
    ),
    _video(
        'VP8',
        '/vp8',
        Stream(f'{_RAW_VIDEO} ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=12', 'video/x-vp8', 'rtpvp8pay'),
        'rtpvp8depay ! vp8dec',
    ),
    _video(
        'VP9',
        '/vp9',
        Stream(f'{_RAW_VIDEO} ! vp9enc deadline=1 cpu-used=8 keyframe-max-dist=12', 'video/x-vp9', 'rtpvp9pay'),
        'rtpvp9depay ! vp9dec',
    ),
    _video(
        'AV1',
        '/av1',
        Stream(
            f'{_RAW_VIDEO} ! av1enc usage-profile=realtime cpu-used=8 keyframe-max-dist=12',
            'video/x-av1',
            'av1parse ! rtpav1pay',
        ),
        'rtpav1depay ! av1parse ! av1dec',
    ),
    _video('MJPEG', '/mjpeg', Stream(f'{_RAW_VIDEO} ! jpegenc', 'image/jpeg', 'rtpjpegpay'), 'rtpjpegdepay ! jpegdec'),
)

_AUDIO = (
    _audio(
        'AAC (LATM)',
        '/aac',
        44100,
        Stream(f'{_tone(44100)} ! avenc_aac', 'audio/mpeg', 'rtpmp4apay'),
        'rtpmp4adepay ! aacparse ! avdec_aac',
    ),
    _audio(
        'AAC (generic)',
        '/aac-generic',
        44100,
        Stream(f'{_tone(44100)} ! avenc_aac', 'audio/mpeg', 'rtpmp4gpay', 'payloader=rtpmp4gpay'),
        'rtpmp4gdepay ! aacparse ! avdec_aac',
    ),
    _audio(
        'MP3',
        '/mp3',
        44100,
        Stream(f'{_tone(44100)} ! lamemp3enc', 'audio/mpeg,mpegversion=1,layer=3', 'mpegaudioparse ! rtpmpapay'),
        'rtpmpadepay ! mpegaudioparse ! avdec_mp3',
    ),
    _audio(
        'AC-3',
        '/ac3',
        48000,
        Stream(f'{_tone(48000)} ! avenc_ac3', 'audio/x-ac3', 'ac3parse ! rtpac3pay'),
        'rtpac3depay ! ac3parse ! avdec_ac3',
    ),
    _audio(
        'PCMU',
        '/pcmu',
        8000,
        Stream(f'{_tone(8000)} ! mulawenc', 'audio/x-mulaw', 'rtppcmupay'),
        'rtppcmudepay ! mulawdec',
    ),
    _audio(
        'PCMA',
        '/pcma',
        8000,
        Stream(f'{_tone(8000)} ! alawenc', 'audio/x-alaw', 'rtppcmapay'),
        'rtppcmadepay ! alawdec',
    ),
    _audio(
        'G.722',
        '/g722',
        16000,
        Stream(f'{_tone(16000)} ! avenc_g722', 'audio/G722', 'rtpg722pay'),
        'rtpg722depay ! avdec_g722',
    ),
    _audio(
        'G.726',
        '/g726',
        8000,
        Stream(f'{_tone(8000)} ! avenc_g726 bitrate=32000', 'audio/x-adpcm,layout=g726', 'rtpg726pay'),
        'rtpg726depay ! avdec_g726',
    ),
    _audio(
        'Opus',
        '/opus',
        48000,
        Stream(f'{_tone(48000)} ! opusenc', 'audio/x-opus', 'rtpopuspay'),
        'rtpopusdepay ! opusdec',
    ),
    _audio(
        'L16',
        '/l16',
        44100,
        Stream(f'{_tone(44100)} ! audioconvert', 'audio/x-raw,format=S16BE', 'rtpL16pay'),
        'rtpL16depay',
    ),
    _audio(
        'L24',
        '/l24',
        44100,
        Stream(f'{_tone(44100)} ! audioconvert', 'audio/x-raw,format=S24BE', 'rtpL24pay'),
        'rtpL24depay',
    ),
)

# At the root its only stream is /stream=0, see support/vlc.py.
TRANSPORT_STREAM = Codec(
    'MPEG-TS',
    '/',
    'both',
    Stream(
        f'{_X264} ! h264parse config-interval=-1 ! queue ! ts. {_TS_AUDIO} ! ts. mpegtsmux name=ts alignment=7',
        'video/mpegts',
        'rtpmp2tpay',
    ),
    'src. ! rtpmp2tdepay ! tsdemux name=ts ts. ! queue ! h264parse ! avdec_h264 ! {video} ts. ! queue ! mpegaudioparse ! avdec_mp2float ! {audio}',
    44100,
)


def _from_file(folder, name, path, encoder, stream, decoder):
    """Made by ffmpeg, paced as by a camera: the encoders of gst-libav 1.22 give these two no timestamps."""
    file = f'{folder}/{encoder}.mkv'
    subprocess.run(
        [
            'ffmpeg',
            '-nostdin',
            '-loglevel',
            'error',
            '-y',
            '-f',
            'lavfi',
            '-i',
            'smptebars=size=160x120:rate=25',
            '-t',
            '300',
            '-c:v',
            encoder,
            '-bf',
            '0',
            '-g',
            '12',
            '-b:v',
            '300k',
            file,
        ],
        check=True,
    )
    chain = f'filesrc location={file} ! matroskademux ! identity sync=true'
    return _video(name, path, Stream(chain, *stream), decoder)


def codecs(folder, klv_source):
    """All of them; `folder` takes the files that a source needs."""
    klv = Codec(
        'KLV', '/klv', 'data', Stream(klv_source, 'meta/x-klv,parsed=true', 'rtpklvpay'), 'src. ! rtpklvdepay ! {data}'
    )
    as_it_comes = _video(
        'application/x-rtp', '/rtp', Stream(f'{_X264} ! rtph264pay config-interval=-1', 'application/x-rtp', ''), _H264
    )
    files = (
        _from_file(
            folder,
            'MPEG-4 part 2',
            '/mpeg4',
            'mpeg4',
            ('video/mpeg,mpegversion=4,systemstream=false', 'mpeg4videoparse ! rtpmp4vpay config-interval=1'),
            'rtpmp4vdepay ! mpeg4videoparse ! avdec_mpeg4',
        ),
        _from_file(
            folder,
            'MPEG-2',
            '/mpeg2',
            'mpeg2video',
            ('video/mpeg,mpegversion=2,systemstream=false', 'mpegvideoparse ! rtpmpvpay'),
            'rtpmpvdepay ! mpegvideoparse ! avdec_mpeg2video',
        ),
    )
    return (*_VIDEO, *files, *_AUDIO, TRANSPORT_STREAM, klv, as_it_comes)
