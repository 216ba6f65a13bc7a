#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_run.py BUILD: a short comparison with two viewers, and whether its JSON tells what was really sent."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None
RUN = pathlib.Path(__file__).resolve().parent / "run"
PACKETS_PER_SECOND = (350, 480)  # of the video stream


class ShortRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / "results.json"
            command = [RUN, "--build", BUILD, "--quick", "--parts", "cost", "--viewers", "2", "--window", "2", "--settle", "0.5"]
            done = subprocess.run([*command, "--markdown", "--json", output], stdout=subprocess.PIPE, text=True, timeout=240, check=True)
            cls.tables = done.stdout
            cls.text = output.read_text(encoding="utf-8")
        cls.rows = json.loads(cls.text)["rows"]

    def test_every_built_server_is_measured_over_both_transports(self):
        expected = {"rtspsink", "bare", "bare-per-packet"}
        if (BUILD / "bench" / "rival_server").exists():
            expected.add("gst-rtsp-server")
        measured = {(row["server"], row["transport"]) for row in self.rows}
        self.assertEqual(measured, {(server, transport) for server in expected for transport in ("tcp", "udp")})

    def test_both_viewers_receive_the_whole_stream(self):
        for row in self.rows:
            with self.subTest(server=row["server"], transport=row["transport"]):
                (report,) = row["rounds"]
                window = report["window"]
                self.assertEqual(report["viewers"]["receiving"], 2)
                self.assertEqual(report["viewers"]["failed"], 0)
                self.assertEqual(window["lost"], 0)
                for viewer in (window["fewest_packets"], window["most_packets"]):
                    self.assertGreater(viewer / window["seconds"], PACKETS_PER_SECOND[0])
                    self.assertLess(viewer / window["seconds"], PACKETS_PER_SECOND[1])

    def test_cost_join_and_latency_are_measured(self):
        for row in self.rows:
            with self.subTest(server=row["server"], transport=row["transport"]):
                (report,) = row["rounds"]
                self.assertGreater(report["window"]["server_us_per_packet"], 0)
                self.assertGreater(report["server"]["threads"], 0)
                self.assertEqual(report["join"]["first_key_frame_ms"]["count"], 1)
                self.assertGreater(report["latency_ms"]["count"], 60)
                self.assertLess(report["latency_ms"]["p50"], 100)

    def test_tables_show_the_servers(self):
        for row in self.rows:
            self.assertIn(f"| {row['server']}, {row['transport'].upper()} 2 ", self.tables)

    def test_output_names_no_path_of_the_machine(self):
        self.assertNotIn(str(BUILD), self.text)
        self.assertNotIn(str(BUILD), self.tables)


if __name__ == "__main__":
    if BUILD is None or not (BUILD / "bench" / "load_client").exists():
        print("skipped: the benchmark programs are not built")
        sys.exit(77)
    if subprocess.run(["gst-inspect-1.0", "x264enc"], stdout=subprocess.DEVNULL, check=False).returncode != 0:
        print("skipped: there is no x264enc to make the streams with")
        sys.exit(77)
    unittest.main()
