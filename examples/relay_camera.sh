#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Serves what one camera sends, picture and sound, to any number of viewers, over one connection to it:
#   relay_camera.sh rtsp://user:password@camera/stream [PORT]
if [ $# -lt 1 ]; then
    echo "usage: $0 rtsp://[USER:PASSWORD@]CAMERA/STREAM [PORT]" >&2
    exit 2
fi
exec gst-launch-1.0 rtspproxysrc location="$1" : rtspsink service="${2:-8554}"
