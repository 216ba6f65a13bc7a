# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cases whose servers have a certificate, from an authority of their own."""

import unittest

from . import players, suite
from .certificates import Authority


class TlsCase(suite.Case):
    presentations = ()

    @classmethod
    def setUpClass(cls):
        if players.missing('openssl'):
            raise unittest.SkipTest('openssl is not installed')
        super().setUpClass()
        cls.authority = Authority(cls._folder)
        cls.certificate = cls.authority.issue('server')

    def serve_tls(self, more='', debug=''):
        server = self.serve(self.presentations, f'tls-certificate={self.certificate} {more}', debug)
        self.addCleanup(server.process.kill)
        return server


def secure_url(server, path='/test'):
    return server.url(path).replace('rtsp://', 'rtsps://')
