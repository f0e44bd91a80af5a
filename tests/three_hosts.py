"""A head and two workers as three hosts with their own addresses, of which only the head can be reached from here."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

HEAD, LAPTOP = "10.231.7.2", "10.231.7.1"
WORKERS = ("10.231.8.2", "10.231.9.2")
_END_S = 30.0


def ip(*words: str) -> str:
    return subprocess.run(("ip", *words), check=True, capture_output=True, text=True).stdout


def inside(name: str) -> tuple[str, ...]:
    """Return the words before a command that run it on a host."""
    return ("ip", "netns", "exec", name)


@contextmanager
def three_hosts() -> Iterator[dict[str, str]]:
    """Make three hosts, which reach each other; give the name of each by its address.

    What runs there ends with them.
    """
    if os.getuid() != 0 or shutil.which("ip") is None:
        pytest.skip("this machine cannot make network namespaces: that takes root and iproute2")
    names = {address: f"rmn{os.getpid()}-{place}" for place, address in enumerate((HEAD, *WORKERS))}
    try:
        ip("netns", "add", f"rmn{os.getpid()}-try")
        ip("netns", "del", f"rmn{os.getpid()}-try")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this machine cannot make network namespaces: {error.stderr.strip()}")
    with contextlib.ExitStack() as up:
        for name in names.values():
            up.enter_context(_host(name))
        _cable(None, LAPTOP, names[HEAD], HEAD)
        forward = "echo 1 > /proc/sys/net/ipv4/ip_forward"
        subprocess.run((*inside(names[HEAD]), "sh", "-c", forward), check=True, capture_output=True)
        for worker in WORKERS:
            gateway = worker[:-1] + "1"
            _cable(names[HEAD], gateway, names[worker], worker)
            ip("-n", names[worker], "route", "add", "default", "via", gateway)
            # Whatever this machine's own network makes of addresses that it does not know.
            ip("route", "add", "unreachable", f"{worker}/32")
            up.callback(ip, "route", "del", "unreachable", f"{worker}/32")
        yield names


@contextmanager
def _host(name: str) -> Iterator[None]:
    """Make a host; its ends of cables go with it."""
    ip("netns", "add", name)
    try:
        ip("-n", name, "link", "set", "lo", "up")
        yield
    finally:
        _end_all(name)
        ip("netns", "del", name)


def _end_all(name: str) -> None:
    """End what still runs on a host, and wait until it has."""
    until = time.monotonic() + _END_S
    while pids := [int(pid) for pid in ip("netns", "pids", name).split()]:
        assert time.monotonic() < until, f"these do not end: {pids}"
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _cable(near: str | None, near_ip: str, far: str, far_ip: str) -> None:
    """Lay a cable between two hosts, None being this machine, with an address at each end."""
    ends = f"v{os.getpid() % 10_000}{far_ip.split('.')[2]}"
    where = () if near is None else ("-n", near)
    ip(*where, "link", "add", f"{ends}a", "type", "veth", "peer", "name", f"{ends}b", "netns", far)
    ip(*where, "addr", "add", f"{near_ip}/24", "dev", f"{ends}a")
    ip(*where, "link", "set", f"{ends}a", "up")
    ip("-n", far, "addr", "add", f"{far_ip}/24", "dev", f"{ends}b")
    ip("-n", far, "link", "set", f"{ends}b", "up")
