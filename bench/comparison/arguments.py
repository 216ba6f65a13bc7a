# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the programs of the benchmark check of their arguments."""


def refuse_unknown(parser, option, given, known):
    """Ends the program where one of the names in `given`, which commas separate, is not among the known."""
    unknown = set(given.split(",")) - set(known)
    if unknown:
        parser.error(f"--{option}: expected of {','.join(known)}, came {','.join(sorted(unknown))}")
