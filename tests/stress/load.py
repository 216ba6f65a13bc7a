# SPDX-License-Identifier: LGPL-2.1-or-later
"""The server under stress and the programs that load it, for the tests of this folder."""

import json
import os
import resource
import subprocess
import sys
import time

from support import pipeline, process, stream
from support.deadline import wait_until

_TOOLS = os.environ.get('RTSPSINK_STRESS_TOOLS', '')
_SUPPORT = os.path.dirname(os.path.abspath(pipeline.__file__))

# Part of the full length; 1 is the full one. meson test --setup full sets it.
FACTOR = float(os.environ.get('RTSPSINK_STRESS_FACTOR', '0.1'))
# What an instrumented build is slower by, for bounds of time.
PATIENCE = float(os.environ.get('RTSPSINK_STRESS_PATIENCE', '1'))
INSTRUMENTED = PATIENCE > 1

_GROWTH = 2048  # KiB


def reduced(full, least):
    """A length or a number of repetitions: `full` times the factor, but `least` if that is more."""
    return max(full * FACTOR, least)


def tool(name):
    return os.path.join(_TOOLS, 'stress_' + name)


def allow_descriptors(count):
    """Lets this process, and those it starts, open that many. Returns how many they may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed


class Server(pipeline.Server):
    """A pipeline in our own process, which is taken down in order when its input ends."""

    def stop(self):
        if not self.process.running():
            raise AssertionError(f'server ended by itself ({self.process.returncode}):\n{self.log()}')
        self.process.stdin.close()
        try:
            code = self.process.wait(30 * PATIENCE)
        finally:
            self.process.kill()
        broken = self.process.broken_lines()
        if broken or code != 0:
            raise AssertionError(f'server said, and ended with {code}:\n' + '\n'.join(broken or [self.log()[-6000:]]))

    @property
    def memory(self):
        return process.resident_kilobytes(self.pid)

    @property
    def descriptors(self):
        return process.descriptors(self.pid)


def serve(folder, presentations, kind='rtspsink', properties='', descriptors=0):
    """A running server; `descriptors`: how many it may open, if not as many as we may."""
    port = pipeline.free_port()
    if kind == 'rival':
        command = [sys.executable, os.path.join(_SUPPORT, 'rival.py'), '--shared', port,
                   *stream.rival_arguments(presentations)]
        rival = process.Process(command, folder, 'rival', env=dict(os.environ))
        return pipeline.Server(rival, port, strict=False).wait_ready()
    line = stream.rtspsink_line(presentations, f'service={port} {properties}')
    limit = ['prlimit', f'--nofile={descriptors}'] if descriptors else []
    child = process.Process([*limit, tool('serve'), *stream.split_line(line)], folder, 'server', env=pipeline.plugin_environment(),
                            stdin=subprocess.PIPE)
    return Server(child, port).wait_ready(60 * PATIENCE)


class Tool:
    """A program of this folder that takes orders as lines and answers in lines of JSON."""

    _made = 0

    def __init__(self, folder, name, *arguments):
        Tool._made += 1
        self.process = process.Process([tool(name), *arguments], folder, f'{name}-{Tool._made}', stdin=subprocess.PIPE)

    def order(self, line):
        self.process.stdin.write(line.encode() + b'\n')
        self.process.stdin.flush()

    def lines(self):
        """What was answered so far, whole lines only."""
        return [json.loads(line) for line in self.process.output().split('\n')[:-1]]

    def wait_line(self, count, seconds):
        """The answer number `count`."""
        def answered():
            lines = self.lines()
            if len(lines) < count and not self.process.running():
                raise AssertionError(f'{self.process.command} ended:\n{self.process.errors()}')
            return len(lines) >= count
        wait_until(answered, seconds, f'answer {count} of {self.process.command[0]}')
        return self.lines()[count - 1]

    def finish(self, seconds):
        """Waits for its end; the last line."""
        code = self.process.wait(seconds)
        assert code == 0, f'{self.process.command} ended with {code}:\n{self.process.errors()}'
        return self.lines()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()


class Audience(Tool):
    """Viewers that watch, in a process of their own."""

    def __init__(self, folder, server, path='/test', **counts):
        super().__init__(folder, 'watch', server.port, path, *[f'{kind}={count}' for kind, count in counts.items()])
        self._reports = 0
        self._size = sum(counts.values())

    def report(self):
        """What each viewer has found so far."""
        self.order('report')
        self._reports += 1
        return self.wait_line(self._reports, 20 * PATIENCE)

    def wait_playing(self, seconds=30):
        """All have got packets of all their streams."""
        def playing():
            report = self.report()
            refused = [viewer for viewer in report if viewer['closed'] or viewer['refusal']]
            assert not refused, f'viewers were turned away: {refused}'
            return all(viewer['playing'] and all(track['packets'] > 0 for track in viewer['tracks']) for viewer in report)
        wait_until(playing, seconds * PATIENCE, f'{self._size} viewers that play', interval=0.2)
        return self


def describe(viewer):
    """One line for people."""
    tracks = ', '.join(f'{track["packets"]} packets, {track["lost"]} lost, pause {track["largest_pause_ms"]:.0f} ms, '
                       f'silent for {track["silence_ms"]:.0f} ms, late {track["lateness_ms"]:.0f} ms' for track in viewer['tracks'])
    return f'{viewer["transport"]}{" (stalled)" if viewer["stallable"] else ""}{" (closed)" if viewer["closed"] else ""}: {tracks}'


def unharmed(report, longest_pause):
    """What is wrong with viewers of whom nothing may be wrong: a list of sentences."""
    wrong = []
    for number, viewer in enumerate(report):
        if viewer['closed'] or not viewer['playing']:
            wrong.append(f'viewer {number} ({viewer["transport"]}) was disconnected')
        for track in viewer['tracks']:
            pause = max(track['largest_pause_ms'], track['silence_ms']) / 1000
            if track['lost'] or track['reordered'] or track['malformed']:
                wrong.append(f'viewer {number} ({viewer["transport"]}) lost packets: {track}')
            elif pause > longest_pause * PATIENCE:
                wrong.append(f'viewer {number} ({viewer["transport"]}) got nothing for {pause:.2f} s')
    return wrong


def assert_level(case, before, server):
    """Memory has not grown by more than what allocators keep back. A sanitizer keeps all that was freed."""
    if not INSTRUMENTED:
        case.assertLess(server.memory - before, _GROWTH, f'KiB on top of {before}')


def run_for(seconds, check=lambda: None, interval=0.25):
    """Lets the load work for that long; `check` runs now and then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        check()
        time.sleep(min(interval, max(0.0, end - time.monotonic())))
