# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the documents tell users to type."""

import glob
import os
import re

_DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs')


def blocks(name, language):
    """What docs/<name> has between ```<language> and ```."""
    with open(os.path.join(_DOCS, name), encoding='utf-8') as file:
        return re.findall(rf'^```{language}\n(.*?)^```', file.read(), re.MULTILINE | re.DOTALL)


def lines(name):
    """The lines of the ```sh blocks of docs/<name>."""
    whole = (block.replace('\\\n', ' ') for block in blocks(name, 'sh'))
    return [re.sub(r'\s+# .*', '', line) for block in whole for line in block.splitlines() if line]


def names():
    """Those of docs/ that have such lines."""
    found = glob.glob(os.path.join(_DOCS, '**', '*.md'), recursive=True)
    return sorted(name for name in (os.path.relpath(path, _DOCS) for path in found) if lines(name))
