# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ciphers cost by themselves: `openssl speed`, and which of it a transport has to pay."""

import shutil
import subprocess
import sys

from comparison.results import COST, Key
from comparison.transports import TRANSPORTS

PART = "ciphers"
PACKET = 1400  # bytes that costs are told for: the largest packet
RECORD = 16384  # the largest of TLS (RFC 8446 section 5.1)

# TLS_..._SHA... as OpenSSL names the suites of TLS 1.3, and its name for their cipher.
_TLS = {
    "TLS_AES_256_GCM_SHA384": "aes-256-gcm",
    "TLS_AES_128_GCM_SHA256": "aes-128-gcm",
    "TLS_CHACHA20_POLY1305_SHA256": "chacha20-poly1305",
}
# AES_CM_128_HMAC_SHA1_80 (RFC 3711 sections 4.1.1 and 4.2.1); each packet by itself.
_SRTP = ("aes-128-ctr", "hmac-sha1")


def missing():
    return None if shutil.which("openssl") else "the openssl program is not installed"


def _bytes_per_second(algorithm, size):
    if algorithm.startswith("hmac-"):
        choice = ["-hmac", algorithm.removeprefix("hmac-")]
    elif algorithm in _TLS.values():
        choice = ["-aead", "-evp", algorithm]  # with nonce, header and tag, as for a record
    else:
        choice = ["-evp", algorithm]
    command = ["openssl", "speed", "-mr", "-seconds", "1", "-bytes", str(size), *choice]
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=30, check=True).stdout
    for line in output.splitlines():
        if line.startswith("+F:"):
            return float(line.rsplit(":", 1)[1])
    raise subprocess.SubprocessError(f"expected a line +F:... from {' '.join(command)}")


def key_of(algorithm, viewers, size):
    return Key(PART, "openssl speed", algorithm, viewers, f"{size} bytes")


def measure(comparison, viewers, stream):
    """One round, for the transports that are measured with so many viewers."""
    sizes = {algorithm: (RECORD, stream.mean_frame) for algorithm in _TLS.values()} | {algorithm: (PACKET,) for algorithm in _SRTP}
    for algorithm, of_it in sizes.items():
        for size in of_it:
            key = key_of(algorithm, viewers, size)
            try:
                speed = _bytes_per_second(algorithm, size)
                report = {"bytes_per_second": speed, "us_per_packet": PACKET / speed * 1e6}
            except subprocess.SubprocessError as error:
                print(f"{key}: {error}", file=sys.stderr)
                report = {"error": type(error).__name__}
            comparison.keep(key, report)


class BareCost:
    """The cost of the ciphers that a transport has and its plain one has not, per packet and viewer; of a row of the part `transports`."""

    def __init__(self, results, key):
        self._results = results
        self._key = key
        self._transport = TRANSPORTS[key.transport]
        self.algorithms = self._find_algorithms()
        size = RECORD if not self._transport.srtp else PACKET
        self._where = [(key_of(algorithm, key.viewers, size), "us_per_packet") for algorithm in self.algorithms]

    def _find_algorithms(self):
        if self._transport.srtp:
            return _SRTP
        suite = (self._results.first(self._key, "cipher") or "").split()
        return (_TLS[suite[-1]],) if suite and suite[-1] in _TLS else ()

    def _share(self):
        """Of what a packet of full size costs: for the size that packets have, and SRTP encrypts once for all viewers."""
        counts = [(self._key, "window.bytes"), (self._key, "window.packets")]
        size = self._results.within_rounds(lambda received, packets: received / packets if packets else None, *counts)
        return (size or PACKET) / PACKET / (self._key.viewers if self._transport.srtp else 1)

    @property
    def us_per_packet(self):
        """None where the transport has no cipher of its own, or it was not measured."""
        if not self.algorithms:
            return None
        return self._results.within_rounds(lambda *each: self._share() * sum(each), *self._where)

    def ratio(self, plain):
        """What the transport costs against another row and the cipher together."""
        if not self.algorithms:
            return None
        costs = [(self._key, COST), (plain, COST), *self._where]
        return self._results.within_rounds(lambda cost, without, *each: cost / (without + self._share() * sum(each)), *costs)
