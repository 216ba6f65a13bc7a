# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the ffmpeg of every supported system takes, and what its ffprobe tells."""

import subprocess

# Each decoded picture once. From 5.1 on it is -fps_mode; Ubuntu 22.04 has 4.4.
EACH_PICTURE = ['-vsync', 'passthrough']


def packets(path, kind):
    """How many of the first stream of a kind, 'v' or 'a', are in a file, however it ends."""
    command = ['ffprobe', '-v', 'quiet', '-select_streams', kind, '-count_packets', '-of', 'csv=p=0']
    command += ['-show_entries', 'stream=nb_read_packets', path]
    counts = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    count = (counts.split() or ['N/A'])[0]  # that of a programme, if any, comes again
    return 0 if count == 'N/A' else int(count)
