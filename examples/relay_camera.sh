#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Serves what one camera sends, picture and sound, to any number of viewers, over one connection to it:
#   relay_camera.sh rtsp://user:password@camera/stream [PORT]
exec gst-launch-1.0 rtspproxysrc location="$1" : rtspsink service="${2:-8554}"
