# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Python of docs/ as it stands there, in an application whose element it is given as `sink`."""

import json
import os

from support import application, document, gstreamer, network, suite
from support.application import Application
from support.deadline import wait_until
from support.rtsp_client import RtspClient

_LINE = 'rtspsink name=sink service=0 videotestsrc is-live=true ! x264enc tune=zerolatency ! video/x-h264,mapping=/test ! sink.'
_RECORDER = ('videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=25/1 ! x264enc tune=zerolatency key-int-max=5 '
             '! recordsink name=sink clip-location="{folder}/%{{event}}.mp4"')
_AT_HOME = '192.168.77.1'


@suite.only_rtspsink
class Snippets(suite.Case):
    def setUp(self):
        if reason := application.why_not():
            self.skipTest(reason)

    def _serve(self, program):
        server = Application(self.folder, _LINE, program=program)
        self.addCleanup(server.process.kill)
        return server.play()

    def _status(self, server, address):
        with RtspClient(server.port, address, source=address) as client:
            return client.request('DESCRIBE', server.url('/test', address)).status

    def test_application_decides_by_address(self):
        (program,) = document.blocks('authentication.md', 'python')
        network.add_address(_AT_HOME)
        for code, statuses in ((program, (200, 403)), ('', (200, 200))):
            server = self._serve(code)
            answers = self._status(server, _AT_HOME), self._status(server, '127.0.0.1')
            self.assertEqual(answers, statuses, code or 'nobody decides')
            server.stop()

    def test_an_event_makes_a_clip(self):
        Gst = gstreamer.load()
        (program,) = document.blocks('elements/recordsink.md', 'python')
        pipeline = Gst.parse_launch(_RECORDER.format(folder=self.folder))
        self.addCleanup(pipeline.set_state, Gst.State.NULL)
        sink = pipeline.get_by_name('sink')
        pipeline.set_state(Gst.State.PLAYING)
        wait_until(lambda: sink.get_property('stats').get_uint64('pre-event-bytes')[1], 30, 'something in memory')
        exec(program, {'sink': sink})  # pylint: disable=exec-used
        pipeline.send_event(Gst.Event.new_eos())
        ends = Gst.MessageType.EOS | Gst.MessageType.ERROR
        self.assertEqual(pipeline.get_bus().timed_pop_filtered(30 * Gst.SECOND, ends).type, Gst.MessageType.EOS)
        with open(os.path.join(self.folder, 'index.jsonl'), encoding='utf-8') as lines:
            self.assertEqual([json.loads(line)['event'] for line in lines], ['door'])


if __name__ == '__main__':
    network.enter()
    suite.main()
