# SPDX-License-Identifier: LGPL-2.1-or-later
"""DESCRIBE and SETUP by libcurl, whose command line tool only ever asks OPTIONS."""

import ctypes
import ctypes.util
import functools
import socket
import threading

_URL, _USERPWD, _STREAM_URI, _TRANSPORT, _TIMEOUT = 10002, 10005, 10191, 10192, 13
_RTSP_REQUEST, _HTTPAUTH, _WRITEFUNCTION, _HEADERFUNCTION = 189, 107, 20011, 20079
_RESPONSE_CODE = 0x200000 + 2
_DESCRIBE, _SETUP = 2, 4
_GLOBAL_ALL = 3

BASIC, DIGEST, ANY = 1, 2, ~16 & 0xFFFFFFFF

_Writer = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p)


def why_not():
    """Why it cannot be asked here, '' if it can."""
    name = ctypes.util.find_library('curl')
    if not name:
        return 'libcurl is not installed'
    curl = _load(name)
    curl.curl_version.restype = ctypes.c_char_p
    return '' if b'libcurl' in curl.curl_version() else 'no libcurl'


def why_no_credentials():
    """Why it cannot be asked who it is, '' if it can."""
    return why_not() or ('' if _tells_credentials() else 'this libcurl answers no challenge over RTSP (that of Ubuntu 22.04)')


@functools.cache
def _tells_credentials():
    """Whether it answers a challenge."""
    heard = []
    challenge = b'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm="x", nonce="y"\r\n\r\n'
    with socket.create_server(('127.0.0.1', 0)) as listener:
        listener.settimeout(10)

        def answer():
            link, _ = listener.accept()
            link.settimeout(10)
            with link:
                while request := link.recv(65536):
                    heard.append(request)
                    link.sendall(challenge)

        thread = threading.Thread(target=answer)
        thread.start()
        describe(f'rtsp://127.0.0.1:{listener.getsockname()[1]}/', 'user:pass', DIGEST)
        thread.join()
    return b'Authorization: Digest' in b''.join(heard)


def _load(name):
    curl = ctypes.CDLL(name)
    curl.curl_easy_init.restype = ctypes.c_void_p
    curl.curl_easy_setopt.argtypes = [ctypes.c_void_p, ctypes.c_int]
    curl.curl_easy_perform.argtypes = [ctypes.c_void_p]
    curl.curl_easy_getinfo.argtypes = [ctypes.c_void_p, ctypes.c_int]
    curl.curl_easy_cleanup.argtypes = [ctypes.c_void_p]
    return curl


def describe(url, user='', methods=ANY, seconds=10):
    """(status, body) of the last answer to DESCRIBE; `user` is `name:password`."""
    options = [(_RTSP_REQUEST, ctypes.c_long(_DESCRIBE)), (_STREAM_URI, _string(url))]
    if user:
        options += [(_USERPWD, _string(user)), (_HTTPAUTH, ctypes.c_long(methods))]
    return _perform(url, options, seconds)


def set_up(url, stream_url, transport, seconds=10):
    """The status of the answer to SETUP."""
    options = [(_RTSP_REQUEST, ctypes.c_long(_SETUP)), (_STREAM_URI, _string(stream_url)), (_TRANSPORT, _string(transport))]
    return _perform(url, options, seconds)[0]


def _string(text):
    return ctypes.c_char_p(text.encode())


def _perform(url, options, seconds):
    curl = _load(ctypes.util.find_library('curl'))
    curl.curl_global_init(ctypes.c_long(_GLOBAL_ALL))
    body = bytearray()

    def write(data, size, count, _):
        body.extend(ctypes.string_at(data, size * count))
        return size * count

    writer, ignore = _Writer(write), _Writer(lambda _data, size, count, _user: size * count)
    handle = curl.curl_easy_init()
    common = [
        (_URL, _string(url)),
        (_TIMEOUT, ctypes.c_long(seconds)),
        (_WRITEFUNCTION, writer),
        (_HEADERFUNCTION, ignore),
    ]
    for option, value in common + options:
        curl.curl_easy_setopt(handle, option, value)
    curl.curl_easy_perform(handle)
    status = ctypes.c_long()
    curl.curl_easy_getinfo(handle, _RESPONSE_CODE, ctypes.byref(status))
    curl.curl_easy_cleanup(handle)
    return status.value, bytes(body)
