# SPDX-License-Identifier: LGPL-2.1-or-later
"""What bench/relay is made of: cameras, relays, who watches them, and tables."""
