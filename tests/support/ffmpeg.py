# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the ffmpeg of every supported system takes."""

# Each decoded picture once. From 5.1 on it is -fps_mode; Ubuntu 22.04 has 4.4.
EACH_PICTURE = ['-vsync', 'passthrough']
