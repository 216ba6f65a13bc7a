# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cases that run in a mount namespace of their own, with the disks that tests/support/bad_disk.cpp makes slow, losing or refusing."""

import os
import subprocess
import sys
import unittest

_INSIDE = 'RECORD_OWN_MOUNTS'
PRELOADED = ('slow', 'losing', 'refusing')  # disks that bad_disk.cpp makes

runs_inside = unittest.skipUnless(os.environ.get(_INSIDE), 'runs in the namespace that another case makes')


def run_inside(case, path, *names, timeout=150):
    """The cases of these names, of the file at `path`, with the folder of `case`."""
    if subprocess.run(['unshare', '-m', 'true'], capture_output=True, check=False).returncode:
        case.skipTest('mount namespaces are not permitted')
    preloaded = ' '.join(filter(None, [os.environ.get('LD_PRELOAD'), os.environ['BAD_DISK_MODULE']]))
    inside = subprocess.run(
        ['unshare', '-m', sys.executable, os.path.abspath(path), *names],
        env={
            **os.environ,
            _INSIDE: '1',
            'LD_PRELOAD': preloaded,
            **{f'{name.upper()}_DISK': os.path.join(case.folder, 'disks', name) for name in PRELOADED},
            'SLOW_DISK_RATE': os.path.join(case.folder, 'rate'),
            'BAD_DISKS': os.path.join(case.folder, 'bad'),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    case.assertEqual(inside.returncode, 0, inside.stdout + inside.stderr)
    print(inside.stdout, inside.stderr)


def slow_down(bytes_a_second):
    """The slow ones; zero: as fast as they can."""
    with open(os.environ['SLOW_DISK_RATE'], 'w', encoding='ascii') as rate:
        rate.write(str(bytes_a_second))


def mount(options, path):
    subprocess.run(['mount', '-t', 'tmpfs', '-o', options, 'none', path], check=True, timeout=40)


def load_outside(outer):
    """load_tests of a file: unless classes are named, only the one that runs the others inside."""

    def load_tests(loader, _tests, _pattern):
        return loader.loadTestsFromTestCase(outer)

    return load_tests
