# SPDX-License-Identifier: LGPL-2.1-or-later
"""`meson install` puts the plugin where GStreamer looks, and tells linkers what it needs."""

import json
import os
import subprocess
import unittest

from support import players, suite

SOURCE = os.environ['SOURCE_ROOT']
BUILD = os.environ['BUILD_ROOT']
PLUGIN = 'libgstrtspsink.so'


def run(*command, env=None):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=env, timeout=240, check=False)
    if done.returncode:
        raise AssertionError(' '.join(command) + '\n' + done.stdout[-4000:] + done.stderr[-4000:])
    return done.stdout


def plugins_folder():
    return run('pkg-config', '--variable=pluginsdir', 'gstreamer-1.0').strip()


def option(name):
    return next(each['value'] for each in json.loads(run('meson', 'introspect', '--buildoptions', BUILD)) if each['name'] == name)


@unittest.skipIf(players.missing('meson', 'pkg-config'), 'needs meson and pkg-config')
@suite.only_rtspsink
class InstallTest(suite.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if option('default_library') != 'shared' or option('plugins-dir'):
            raise unittest.SkipTest('this build is configured to be installed otherwise')
        cls.stage = os.path.join(cls._folder, 'stage')
        run('meson', 'install', '-C', BUILD, '--no-rebuild', env=dict(os.environ, DESTDIR=cls.stage))

    def _installed(self, name):
        return [os.path.join(folder, name) for folder, _, names in os.walk(self.stage) if name in names]

    def test_plugin_is_where_gstreamer_looks(self):
        self.assertEqual(self._installed(PLUGIN), [self.stage + os.path.join(plugins_folder(), PLUGIN)])

    def test_pkg_config_file_names_what_a_product_needs(self):
        (path,) = self._installed('gstrtspsink.pc')
        env = dict(os.environ, PKG_CONFIG_PATH=os.path.dirname(path) + ':' + os.environ.get('PKG_CONFIG_PATH', ''))
        needed = run('pkg-config', '--print-requires-private', '--print-requires', 'gstrtspsink', env=env).split()
        for name in ('libsrtp2', 'openssl', 'gstreamer-rtsp-server-1.0'):
            self.assertIn(name, needed)
        self.assertIn('-L' + plugins_folder(), run('pkg-config', '--libs', 'gstrtspsink', env=self._keeping_system_folders(env)))

    def _keeping_system_folders(self, env):
        return dict(env, PKG_CONFIG_ALLOW_SYSTEM_LIBS='1')

    def test_folder_can_be_chosen(self):
        build = os.path.join(self._folder, 'elsewhere')
        without = ('-Dtests=disabled', '-Dbench=disabled', '-Dexamples=disabled')
        run('meson', 'setup', build, SOURCE, '-Dplugins-dir=/opt/plugins', *without)
        installed = json.loads(run('meson', 'introspect', '--installed', build)).values()
        self.assertIn('/opt/plugins/' + PLUGIN, installed)


if __name__ == '__main__':
    suite.main()
