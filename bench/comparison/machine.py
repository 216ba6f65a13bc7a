# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a comparison was run on."""

import os
import platform
import subprocess


def machine():
    version = subprocess.run(["gst-inspect-1.0", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout
    return {"cores": os.cpu_count(), "kernel": platform.release().split("-")[0], "gstreamer": version.split("\n")[0].split()[-1]}
