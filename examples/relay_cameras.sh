#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Serves any number of cameras at one port, in one pipeline: the first as /camera1, the second as /camera2, ... Each is
# connected while somebody watches it:
#   relay_cameras.sh PORT rtsp://camera1/stream rtsp://camera2/stream ...
if [ $# -lt 2 ]; then
    echo "usage: $0 PORT rtsp://CAMERA1/STREAM rtsp://CAMERA2/STREAM ..." >&2
    exit 2
fi
port=$1
shift
number=0
for location do
    number=$((number + 1))
    set -- "$@" rtspproxysrc location="$location" on-demand=true : rtspsink service="$port" mapping="/camera$number"
done
shift "$number" # the locations themselves
exec gst-launch-1.0 "$@"
