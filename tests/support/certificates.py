# SPDX-License-Identifier: LGPL-2.1-or-later
"""Certificates made for a test by the openssl program."""

import os
import ssl
import subprocess


class Authority:
    """Signs certificates; `path` is its own."""

    def __init__(self, folder, name='ca'):
        self._folder = folder
        self.path = os.path.join(folder, name + '.pem')
        self._key = os.path.join(folder, name + '-key.pem')
        _openssl('req', '-x509', *_NEW_KEY, '-keyout', self._key, '-out', self.path, '-days', '2', '-subj', f'/CN={name}')

    def issue(self, name, target=None):
        """One file with certificate and key; `target` is replaced at once."""
        base = os.path.join(self._folder, name)
        request, key, certificate = base + '.csr', base + '-key.pem', base + '-cert.pem'
        _openssl('req', *_NEW_KEY, '-keyout', key, '-out', request, '-subj', f'/CN={name}')
        with open(base + '.ext', 'w', encoding='ascii') as file:
            file.write('subjectAltName=DNS:localhost,IP:127.0.0.1\n')
        _openssl(
            'x509', '-req', '-in', request, '-CA', self.path, '-CAkey', self._key, '-CAcreateserial',
            '-days', '2', '-extfile', base + '.ext', '-out', certificate,
        )  # fmt: skip
        whole = base + '.pem'
        with open(whole, 'wb') as file:
            for part in (certificate, key):
                with open(part, 'rb') as source:
                    file.write(source.read())
        if target:
            os.replace(whole, target)
            return target
        return whole

    def client(self, certificate=None):
        """A context that trusts this authority alone."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.path)
        if certificate:
            context.load_cert_chain(certificate)
        return context


_NEW_KEY = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes')


def _openssl(*words):
    subprocess.run(['openssl', *words], check=True, capture_output=True)
