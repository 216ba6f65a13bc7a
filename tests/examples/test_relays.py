# SPDX-License-Identifier: LGPL-2.1-or-later
"""The relays of examples/ show what their cameras do: one, one of two, sixteen at one port."""

import os
import unittest

from support import pipeline, players, stream, suite
from support.deadline import wait_until
from support.process import Process
from support.viewer import Viewer

_EXAMPLES = os.path.join(os.environ['SOURCE_ROOT'], 'examples')
_CAMERAS = 16


@unittest.skipIf(players.missing('gst-launch-1.0'), 'gst-launch-1.0 is not installed')
@suite.only_rtspsink
class Relays(suite.Case):
    def _camera(self, paths=('/test',), streams=(stream.pcmu(),)):
        camera = self.serve([stream.Presentation(path, streams) for path in paths])
        self.addCleanup(camera.process.kill)
        return camera

    def _relay(self, name, port, *words):
        command = ['sh', os.path.join(_EXAMPLES, name + '.sh'), *words]
        process = Process(command, self.folder, name, env=pipeline.plugin_environment())
        self.addCleanup(process.kill)
        return pipeline.Server(process, port).wait_ready()

    def _shows(self, relay, path='/test'):
        def plays():
            try:
                with Viewer(relay, path) as viewer:
                    viewer.wait_for_more()
                    return True
            except AssertionError:  # not described yet
                return False

        return wait_until(plays, 20, f'{path} by the relay')

    def test_without_arguments_they_tell_their_usage(self):
        for name in ('relay_camera', 'relay_failover', 'relay_cameras'):
            with self.subTest(name):
                process = Process(['sh', os.path.join(_EXAMPLES, name + '.sh')], self.folder, name)
                self.addCleanup(process.kill)
                self.assertEqual(process.wait(20), 2)
                self.assertIn('usage: ', process.errors())

    def test_relay_camera(self):
        camera = self._camera(streams=(stream.h264(), stream.pcmu()))
        port = pipeline.free_port()
        relay = self._relay('relay_camera', port, camera.url(), str(port))
        self._shows(relay)
        with Viewer(relay) as viewer:
            self.assertEqual(len(viewer.tracks), 2)
        relay.stop()

    def test_relay_failover(self):
        first, second = self._camera(), self._camera()
        port = pipeline.free_port()
        relay = self._relay('relay_failover', port, first.url(), second.url(), str(port))
        self._shows(relay)
        with Viewer(relay) as viewer:
            viewer.wait_for_more()
            first.process.kill()
            viewer.wait_for_more(200)
            self.assertEqual(viewer.lost, 0)
        relay.stop()

    def test_relay_cameras(self):
        names = [f'/{number}' for number in range(1, _CAMERAS + 1)]
        camera = self._camera(names)
        port = pipeline.free_port()
        relay = self._relay('relay_cameras', port, str(port), *[camera.url(name) for name in names])
        for number in range(1, _CAMERAS + 1):
            self._shows(relay, f'/camera{number}')
        relay.stop()


if __name__ == '__main__':
    suite.main()
