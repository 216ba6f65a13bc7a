# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks of a test's own: nothing of them is seen outside, and they end with the test."""

import os
import shutil
import subprocess
import sys

SKIPPED = 77
_INSIDE = 'RTSPSINK_TEST_NETWORK'
_LINK = 'link0'


def enter():
    """Runs this program again in a network namespace with nothing but loopback; skips where that is not permitted."""
    if os.environ.get(_INSIDE):
        _ip('link set lo up')
        route_multicast(True)
        return
    alone = ['unshare', '--net', *([] if os.getuid() == 0 else ['--user', '--map-root-user'])]
    lacking = [program for program in ('unshare', 'nsenter', 'ip') if not shutil.which(program)]
    if lacking or subprocess.run([*alone, 'true'], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        print(f'skipped: network namespaces are not permitted here, or not installed: {lacking}')
        sys.exit(SKIPPED)
    os.environ[_INSIDE] = '1'
    os.execvp('unshare', [*alone, sys.executable, *sys.argv])


def route_multicast(on):
    """Whether groups are routed to loopback, as they are at first."""
    _ip(f'route {"add" if on else "del"} 224.0.0.0/4 dev lo')


def add_address(address):
    """One more of this host."""
    _ip(f'addr add {address}/32 dev lo')


def _ip(text, prefix=()):
    subprocess.run([*prefix, 'ip', *text.split()], check=True)


class Host:
    """A namespace that hangs on a bridge by one link, with an address of its own and multicast routed to the link."""

    def __init__(self, name, bridge, number):
        self.name = name
        self.address = f'10.77.0.{number}'
        self.address6 = f'fd77::{number}'
        self._holder = subprocess.Popen(
            ['unshare', '--net', 'sh', '-c', 'echo; exec cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._holder.stdout.readline()  # it is in its namespace
        self.prefix = ['nsenter', '--target', str(self._holder.pid), '--net']
        _ip(f'link add {name} type veth peer name {_LINK} netns {self._holder.pid}')
        _ip(f'link set {name} master {bridge} up')
        for command in (
            'link set lo up',
            f'addr add {self.address}/24 dev {_LINK}',
            f'addr add {self.address6}/64 dev {_LINK} nodad',
            f'link set {_LINK} up',
            f'route add 224.0.0.0/4 dev {_LINK}',
        ):
            _ip(command, self.prefix)

    def _read(self, path):
        return subprocess.run(
            [*self.prefix, 'cat', path], check=True, capture_output=True, encoding='ascii'
        ).stdout

    def bytes(self, direction):
        """What went through its link; `direction` is 'rx' or 'tx', of the host."""
        for line in self._read('/proc/net/dev').splitlines():
            name, _, counters = line.partition(':')
            if name.strip() == _LINK:
                return int(counters.split()[0 if direction == 'rx' else 8])
        raise AssertionError(f'{self.name} has no link')

    def groups(self):
        """The IPv4 groups that it has joined on its link."""
        joined, device = set(), ''
        for line in self._read('/proc/net/igmp').splitlines()[1:]:
            words = line.split()
            if not line.startswith('\t'):
                device = words[1]
            elif device == _LINK:
                joined.add('.'.join(str(octet) for octet in reversed(bytes.fromhex(words[0]))))
        return joined

    def end(self):
        _ip(f'link del {self.name}')
        self._holder.stdin.close()
        self._holder.stdout.close()
        self._holder.wait()


class Bridge:
    """A switch between hosts, 10.77.0.1 and fd77::1 the first of them."""

    def __init__(self, count):
        _ip('link add bridge0 type bridge')
        _ip('link set bridge0 up')
        self.hosts = [Host(f'host{number}', 'bridge0', number + 1) for number in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for host in self.hosts:
            host.end()
        _ip('link del bridge0')
