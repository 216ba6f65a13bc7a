# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the programs of a build are, and the streams that all servers serve."""

import dataclasses
import os
import pathlib
import subprocess


@dataclasses.dataclass(frozen=True)
class Stream:
    """One of the streams that make_streams writes."""

    name: str
    folder: pathlib.Path

    @property
    def is_audio(self):
        return self.name == "audio"

    @property
    def packets(self):
        return self.folder / f"{self.name}.packets"

    @property
    def stamps(self):
        return self.folder / f"{self.name}.stamps"

    @property
    def mean_frame(self):
        """Bytes of its packets; the stamps are 16 bytes a frame."""
        return self.packets.stat().st_size // (self.stamps.stat().st_size // 16)

    @property
    def source(self):
        """The element that every server gets the stream from."""
        return f"{self.unstamped_source} stamps={self.stamps}"

    @property
    def unstamped_source(self):
        """The same where nobody asks when a frame left it."""
        return f"benchloopsrc location={self.folder / self.name}.units"


class Installation:
    """A build folder with the benchmark programs in it and, once it is built, the plugin."""

    def __init__(self, build, work):
        self.build = pathlib.Path(build).resolve()
        self.work = pathlib.Path(work).resolve() if work else self.build / "bench" / "streams"
        self.plugin_folder = self.build / "gst"

    def program(self, name):
        return str(self.build / "bench" / name)

    def has(self, name):
        return os.access(self.program(name), os.X_OK)

    def environment(self):
        """For a server: it finds the plugin, and leaves the user's own registry alone."""
        return dict(os.environ, GST_PLUGIN_PATH=str(self.plugin_folder), GST_REGISTRY=str(self.work / "registry.bin"))

    def has_element(self, name):
        # Not with --exists: that wants a plugin version as high as GStreamer's.
        found = subprocess.run(["gst-inspect-1.0", name], env=self.environment(), stdout=subprocess.DEVNULL, check=False)
        return found.returncode == 0

    def stream(self, name):
        return Stream(name, self.work)

    def certificate(self):
        """PEM file of a self-signed one with its key; made where it is not there yet."""
        path = self.work / "certificate.pem"
        if not path.exists():
            key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path]
            command = ["openssl", "req", "-x509", *key, "-out", path, "-days", "3650", "-subj", "/CN=localhost"]
            subprocess.run(command, stderr=subprocess.DEVNULL, check=True)
        return path

    def make_streams(self):
        """Encodes what is not there yet."""
        self.work.mkdir(parents=True, exist_ok=True)
        if not self.stream("audio").packets.exists():
            subprocess.run([self.program("make_streams"), str(self.work)], check=True)
