#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Serves the first of two sources of one picture that is there; back at the first 10 s after it is there again:
#   relay_failover.sh rtsp://camera/stream rtsp://recorder/camera [PORT]
if [ $# -lt 2 ]; then
    echo "usage: $0 rtsp://CAMERA/STREAM rtsp://RECORDER/CAMERA [PORT]" >&2
    exit 2
fi
exec gst-launch-1.0 -m rtspproxysrc locations="$1,$2" timeout=2000 hold-down=10000 : rtspsink service="${3:-8554}"
