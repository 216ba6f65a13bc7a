#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Serves the first of two sources of one picture that is there; back at the first 10 s after it is there again:
#   relay_failover.sh rtsp://camera/stream rtsp://recorder/camera [PORT]
exec gst-launch-1.0 -m rtspproxysrc locations="$1,$2" timeout=2000 hold-down=10000 : rtspsink service="${3:-8554}"
