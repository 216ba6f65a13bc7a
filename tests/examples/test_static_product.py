# SPDX-License-Identifier: LGPL-2.1-or-later
"""A static build installs what a product needs to carry rtspsink inside its executable."""

import os
import subprocess
import unittest

from support import players, suite
from support.pipeline import Server, free_port
from support.process import Process

SOURCE = os.environ['SOURCE_ROOT']
BUILD = os.environ['STATIC_BUILD']
STAGE = os.path.join(BUILD, 'stage')


def run(*command, env=None):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, timeout=900,
                          check=False)
    if done.returncode:
        raise AssertionError(' '.join(command) + '\n' + done.stdout[-4000:])
    return done.stdout


def install():
    if not os.path.exists(os.path.join(BUILD, 'build.ninja')):
        run('meson', 'setup', BUILD, SOURCE, '-Ddefault_library=static', '-Dprefix=' + STAGE, '-Dlibdir=lib',
            '-Dtests=disabled', '-Dbench=disabled', '-Dexamples=disabled')
    run('meson', 'install', '-C', BUILD)


def build_product(folder):
    env = dict(os.environ, PKG_CONFIG_PATH=os.path.join(STAGE, 'lib', 'pkgconfig') + ':' + os.environ.get('PKG_CONFIG_PATH', ''))
    example = os.path.join(SOURCE, 'examples', 'static')
    run('make', '-C', folder, '-f', os.path.join(example, 'Makefile'), 'VPATH=' + example, env=env)
    return os.path.join(folder, 'product')


@unittest.skipIf(players.missing('meson', 'make', 'ffprobe'), 'needs meson, make and ffprobe')
class StaticProductTest(suite.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        install()
        cls.product = build_product(cls._folder)

    def test_installs_no_plugin_file(self):
        found = [name for _, _, names in os.walk(STAGE) for name in names]
        self.assertIn('libgstrtspsink.a', found)
        self.assertFalse([name for name in found if '.so' in name])

    def test_product_serves_without_a_plugin_path(self):
        self.assertNotIn('libgstrtspsink', run('ldd', self.product))
        env = {key: value for key, value in os.environ.items() if key != 'GST_PLUGIN_PATH'}
        env['GST_REGISTRY'] = os.path.join(BUILD, 'registry.bin')  # one that never heard of the plugin file
        port = free_port()
        with Server(Process([self.product, port], self.folder, 'product', env=env), port).wait_ready() as server:
            streams = players.ffprobe(server.url('/test'), 'tcp').get('streams', [])
            self.assertEqual([s['codec_name'] for s in streams], ['h264'])
            self.assertGreaterEqual(int(streams[0]['nb_read_frames']), 5)


if __name__ == '__main__':
    suite.main()
