#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that dependencies between the layers point one way: gst -> server -> {media, net} -> {rtsp, rtp} -> base.

Usage: check_layers.py SOURCE_ROOT
"""
import pathlib
import re
import sys

# What each layer may include besides itself. Layers of one level know nothing of each other.
ALLOWED = {
    'base': set(),
    'rtsp': {'base'},
    'rtp': {'base'},
    'media': {'base', 'rtsp', 'rtp'},
    'net': {'base', 'rtsp', 'rtp'},
    'server': {'base', 'rtsp', 'rtp', 'media', 'net'},
    'gst': {'base', 'rtsp', 'rtp', 'media', 'net', 'server'},
}
# The lowest layer stands on GLib, GStreamer's core, the C++ library and the system alone.
BASE_SYSTEM = re.compile(r'^(glib[-./]|gst/gst\.h$|sys/|linux/|[a-z_0-9]+$|[a-z_]+\.h$)')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def layer_of(path, root):
    parts = path.relative_to(root).parts
    return 'gst' if parts[0] == 'gst' else parts[1]


def target_layer(path, bracket, name, root):
    """The layer that an include reaches, or None for a header that is not ours."""
    beside = [path.parent] if bracket == '"' else []
    for folder in (*beside, root / 'lib', root / 'gst'):
        found = (folder / name).resolve()
        if found.is_file() and root in found.parents:
            return layer_of(found, root)
    return None


def fault_of(layer, path, bracket, name, root):
    target = target_layer(path, bracket, name, root)
    if target is None:
        if layer == 'base' and not BASE_SYSTEM.match(name):
            return f'{name} is neither GLib, GStreamer core nor the standard library'
        return f'{name} is not found' if bracket == '"' else None
    if target == layer or target in ALLOWED[layer]:
        return None
    return f'{layer} must not depend on {target} ({name})'


def faults(root):
    for path in sorted([*root.glob('lib/*/**/*'), *root.glob('gst/**/*')]):
        if path.suffix not in ('.h', '.cpp'):
            continue
        layer = layer_of(path, root)
        if layer not in ALLOWED:
            yield f'{path.relative_to(root)}: {layer} is not a layer'
            continue
        for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
            if match := INCLUDE.match(line):
                if fault := fault_of(layer, path, match[1], match[2], root):
                    yield f'{path.relative_to(root)}:{number}: {fault}'


def main():
    found = list(faults(pathlib.Path(sys.argv[1]).resolve()))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
