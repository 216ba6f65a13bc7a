# SPDX-License-Identifier: LGPL-2.1-or-later
"""How fast host.py feeds; apart from it because it needs python3-gi and its tests do not."""

PICTURES_A_SECOND = 25
SAMPLES_A_SECOND = 8000
