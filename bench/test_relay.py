#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_relay.py BUILD: a short comparison of relays with two streams, and whether its figures can be true."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from relaying.relays import RELAYS  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None
RELAY = pathlib.Path(__file__).resolve().parent / "relay"
STREAMS = 2
SHORT = ("--rounds", "1", "--window", "1", "--hop-window", "1", "--settle", "0.5", "--cameras", "2", "--profile")
MBIT = (2.5, 6)  # of a second of a stream of 4 Mbit/s
WATCHED = {"watched-tcp", "watched-udp", "ffmpeg"}


class Relays(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / "figures.json"
            command = [RELAY, "--build", BUILD, "--streams", str(STREAMS), *SHORT, "--json", output]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=240, check=True)
            cls.tables, cls.text = done.stdout, output.read_text(encoding="utf-8")
            cls.document = json.loads(cls.text)
            again = subprocess.run([RELAY, "--from", output], stdout=subprocess.PIPE, text=True, timeout=20, check=True)
            cls.tables_again = again.stdout

    def rows(self, part):
        return [row for row in self.document["rows"] if row["part"] == part]

    def test_names_that_nobody_knows_are_refused(self):
        for option, name in (("--parts", "costs"), ("--relays", "watched")):
            done = subprocess.run([RELAY, option, name], stderr=subprocess.PIPE, text=True, timeout=20, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"{option}: expected of ", done.stderr)
            self.assertIn(f"came {name}", done.stderr)

    def test_every_relay_gets_every_stream(self):
        expected = set(RELAYS) if shutil.which("ffmpeg") else set(RELAYS) - {"ffmpeg"}
        self.assertEqual({row["server"] for row in self.rows("cost")}, expected)
        for row in self.rows("cost"):
            with self.subTest(row["server"]):
                (report,) = row["rounds"]
                self.assertEqual(report["streams"], STREAMS)
                self.assertEqual(report["processes"], STREAMS if row["server"] == "ffmpeg" else 1)
                self.assertGreater(report["cpu_us_per_s"], 0)
                for rate in (report["mbit_per_s"], report["slowest_mbit_per_s"]):
                    self.assertGreater(rate, MBIT[0])
                    self.assertLess(rate, MBIT[1])
                self.assertIn(f"| {RELAYS[row['server']].label} ", self.tables)

    def test_every_viewer_gets_its_stream(self):
        for row in self.rows("cost"):
            viewers = row["rounds"][0]["viewers"]
            with self.subTest(row["server"]):
                self.assertEqual(viewers is not None, row["server"] in WATCHED)
                if viewers:
                    self.assertEqual(viewers["receiving"], STREAMS)

    def test_pictures_come_later_behind_more_relays(self):
        for latency in ("latency=100", "latency=0"):
            chain = sorted((row["viewers"], row["rounds"][0]["latency_ms"]) for row in self.rows("hops") if row["server"] == latency)
            self.assertEqual([hops for hops, _ in chain], [0, 1, 2, 3])
            self.assertTrue(all(late["count"] > 15 for _, late in chain))
            # How much each hop adds is for an idle machine to tell.
            self.assertLess(chain[0][1]["p50"], chain[-1][1]["p50"])

    def test_threads_of_rtspsink_are_profiled_where_it_is(self):
        names = {relay: {row["name"] for row in rows["threads"]} for relay, rows in self.document["profile"].items()}
        self.assertEqual(set(names), {"rtspsrc", "watched-tcp"})
        self.assertIn("rtspsink-ioN", names["watched-tcp"])
        self.assertNotIn("rtspsink-ioN", names["rtspsrc"])

    def test_tables_are_those_of_the_json(self):
        self.assertEqual(self.tables_again, self.tables)

    def test_output_names_no_path_of_the_machine(self):
        self.assertNotIn(str(BUILD), self.text)
        self.assertNotIn(str(BUILD), self.tables)


def missing():
    """What the comparison cannot do without, or nothing."""
    if BUILD is None or not (BUILD / "bench" / "load_client").exists():
        return "the benchmark programs are not built"
    if subprocess.run(["gst-inspect-1.0", "x264enc"], stdout=subprocess.DEVNULL, check=False).returncode != 0:
        return "there is no x264enc to make the streams with"
    if not shutil.which("ss"):
        return "ss is not installed (package iproute2)"
    return None


if __name__ == "__main__":
    if missing():
        print(f"skipped: {missing()}")
        sys.exit(77)
    unittest.main()
