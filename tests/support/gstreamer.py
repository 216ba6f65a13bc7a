# SPDX-License-Identifier: LGPL-2.1-or-later
"""GStreamer in the test's own process, with the plugin."""

import os

from . import pipeline

MISSING = 'python3-gi or gir1.2-gstreamer-1.0 is not installed'


def load():
    """None where Python has none."""
    try:
        import gi

        gi.require_version('Gst', '1.0')
        from gi.repository import Gst
    except (ImportError, ValueError):
        return None
    os.environ.update(pipeline.plugin_environment())
    Gst.init(None)
    return Gst
