#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_run.py BUILD: short comparisons with two viewers, and whether their JSON tells what was really sent."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from comparison.transports import TRANSPORTS  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None
RUN = pathlib.Path(__file__).resolve().parent / "run"
PACKETS_PER_SECOND = (350, 480)  # of the video stream


def run(*arguments):
    """The document and the tables of a short run."""
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "results.json"
        command = [RUN, "--build", BUILD, "--quick", "--window", "2", "--settle", "0.5", *arguments, "--markdown", "--json", output]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=240, check=True)
        return output.read_text(encoding="utf-8"), done.stdout


class Run:
    """What is true of every part that counts packets; a mixin, so that it is not run by itself."""

    def test_both_viewers_receive_the_whole_stream(self):
        for row in self.watched:
            with self.subTest(server=row["server"], transport=row["transport"]):
                (report,) = row["rounds"]
                window = report["window"]
                self.assertEqual(report["viewers"]["receiving"], 2)
                self.assertEqual(report["viewers"]["failed"], 0)
                self.assertEqual(window["lost"], 0)
                self.assertEqual(window["reordered"], 0)
                for viewer in (window["fewest_packets"], window["most_packets"]):
                    self.assertGreater(viewer / window["seconds"], PACKETS_PER_SECOND[0])
                    self.assertLess(viewer / window["seconds"], PACKETS_PER_SECOND[1])

    def test_output_names_no_path_of_the_machine(self):
        self.assertNotIn(str(BUILD), self.text)
        self.assertNotIn(str(BUILD), self.tables)


class Costs(Run, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text, cls.tables = run("--parts", "cost", "--viewers", "2")
        cls.watched = cls.rows = json.loads(cls.text)["rows"]

    def test_every_built_server_is_measured_over_both_transports(self):
        expected = {"rtspsink", "bare", "bare-per-packet"}
        if (BUILD / "bench" / "rival_server").exists():
            expected.add("gst-rtsp-server")
        measured = {(row["server"], row["transport"]) for row in self.rows}
        self.assertEqual(measured, {(server, transport) for server in expected for transport in ("tcp", "udp")})

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


class Transports(Run, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text, cls.tables = run("--parts", "transports", "--crowd", "2")
        cls.rows = json.loads(cls.text)["rows"]
        cls.watched = [row for row in cls.rows if row["part"] == "transports"]
        cls.with_tls = shutil.which("openssl") is not None

    def test_every_transport_is_measured(self):
        expected = {name for name in TRANSPORTS if self.with_tls or not TRANSPORTS[name].secure}
        self.assertEqual({row["transport"] for row in self.watched if row["server"] == "rtspsink"}, expected)

    def test_every_transport_costs_something_and_what_is_secure_names_its_cipher(self):
        for row in self.watched:
            with self.subTest(server=row["server"], transport=row["transport"]):
                (report,) = row["rounds"]
                self.assertGreater(report["window"]["server_us_per_packet"], 0)
                secure = row["server"] == "rtspsink" and TRANSPORTS[row["transport"]].secure
                self.assertEqual(report["cipher"].split(" ")[0], "TLSv1.3" if secure else "")

    def test_ciphers_are_measured_and_stand_beside_tls(self):
        if not self.with_tls:
            self.skipTest("the openssl program is not installed")
        ciphers = [row for row in self.rows if row["part"] == "ciphers"]
        self.assertIn(("aes-256-gcm", "16384 bytes"), {(row["transport"], row["stream"]) for row in ciphers})
        for row in ciphers:
            self.assertGreater(row["rounds"][0]["us_per_packet"], 0)
        self.assertRegex(self.tables, r"\| TLS 2, [-a-z0-9]+ +\|( +(TCP )?-?[0-9.]+ \|){5}")

    def test_tables_show_every_transport(self):
        for row in self.watched:
            label = TRANSPORTS[row["transport"]].label
            self.assertIn(f"| {label} " if row["server"] == "rtspsink" else f"| bare, {label} ", self.tables)


if __name__ == "__main__":
    if BUILD is None or not (BUILD / "bench" / "load_client").exists():
        print("skipped: the benchmark programs are not built")
        sys.exit(77)
    if subprocess.run(["gst-inspect-1.0", "x264enc"], stdout=subprocess.DEVNULL, check=False).returncode != 0:
        print("skipped: there is no x264enc to make the streams with")
        sys.exit(77)
    unittest.main()
