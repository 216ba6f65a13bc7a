# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the cases of one file; Meson reads the exit code (77: nothing could run).

By hand, with the rival instead of rtspsink if wanted:
  PYTHONPATH=tests RTSPSINK_PLUGIN_DIR=build/gst python3 tests/interop/test_methods.py [--server rival] [Class[.test]]
"""

import argparse
import os
import shutil
import sys
import tempfile
import unittest

from . import pipeline

SKIPPED = 77


class Options:
    """What the command line chose, for all cases of this run."""

    server = 'rtspsink'
    write_docs = False


class Case(unittest.TestCase):
    """A case with a folder of its own and servers of the kind that was chosen."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.mkdtemp(prefix='rtspsink-')
        os.chmod(cls._folder, 0o777)  # some players run as another user
        cls.addClassCleanup(shutil.rmtree, cls._folder, ignore_errors=True)

    @property
    def folder(self):
        return self._folder

    @property
    def server_kind(self):
        return Options.server

    @classmethod
    def serve(cls, presentations, properties='', debug=''):
        return pipeline.serve(cls._folder, presentations, Options.server, properties, debug)


class SharedServerCase(Case):
    """All cases of the class ask one server, started once; it must have said nothing wrong at the end."""

    presentations = ()
    properties = ''
    debug = ''

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.serve(cls.presentations, cls.properties, cls.debug)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()


def only_rtspsink(case):
    """For what the rival is not expected to do."""
    return unittest.skipIf(_asked_for_rival(), 'not a promise of gst-rtsp-server')(case)


def _asked_for_rival():
    return 'rival' in ' '.join(sys.argv[1:])  # decorators run before main()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument(
        '--server',
        choices=['rtspsink', 'rival'],
        default='rtspsink',
        help='rival: gst-rtsp-server, to see which failures are ours',
    )
    parser.add_argument('--write-docs', action='store_true', help='of the matrices only: write docs/interop.md')
    parser.add_argument('names', nargs='*', help='Class or Class.test_name')
    arguments = parser.parse_args()
    Options.server = arguments.server
    Options.write_docs = arguments.write_docs
    program = unittest.main(module='__main__', argv=[sys.argv[0], '-v', *arguments.names], exit=False)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    whole = [
        case for case, _ in result.skipped if not hasattr(case, 'test_case')
    ]  # a skipped part of a case is no skipped case
    sys.exit(SKIPPED if result.testsRun == len(whole) else 0)
