#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_record.py BUILD: a short comparison of recorders with two streams, and whether its figures can be true."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None
RECORD = pathlib.Path(__file__).resolve().parent / "record"
KBIT = 1000
STREAMS = 2
SHORT = ("--settle", "0.5", "--window", "1.5", "--segment", "1", "--recorders", "recordsink,ffmpeg,nothing")


class Recorders(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / "figures.json"
            command = [RECORD, "--build", BUILD, "--streams", str(STREAMS), "--kbit", str(KBIT), *SHORT]
            done = subprocess.run([*command, "--json", output], stdout=subprocess.PIPE, text=True, timeout=100, check=True)
            cls.tables = done.stdout
            cls.rows = {row["recorder"]: row for row in json.loads(output.read_text(encoding="utf-8"))["rows"]}

    def test_recorders_write_what_comes(self):
        expected = {"recordsink", "nothing"}
        if shutil.which("ffmpeg"):
            expected.add("ffmpeg")
        self.assertEqual(set(self.rows), expected)
        for name in expected - {"nothing"}:
            with self.subTest(name):
                row = self.rows[name]
                self.assertGreater(row["cpu_percent"], 0)
                self.assertGreaterEqual(row["files"], STREAMS)
                self.assertGreater(row["written_per_s"], 0)
                self.assertIn(f"| {name} ", self.tables)

    def test_nothing_writes_nothing(self):
        self.assertEqual(self.rows["nothing"]["files"], 0)


if __name__ == "__main__":
    if BUILD is None or subprocess.run(["gst-inspect-1.0", "x264enc"], stdout=subprocess.DEVNULL, check=False).returncode != 0:
        print("skipped: there is no x264enc to make the stream with")
        sys.exit(77)
    unittest.main()
