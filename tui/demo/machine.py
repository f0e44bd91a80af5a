"""Whether this machine can hold the demo's cluster, told before Ray is started: Ray's own words come late or never."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import psutil

from raymon_tui.backends.errors import UnsupportedError

GIB = 2**30
LEAST_MEMORY = 2.5 * GIB
MOST_DISK_USED = 0.95
"""Where Ray stops making objects, and so running tasks."""
NEEDED = ("ray", "aiohttp_cors")
"""Ray, and a package that its dashboard needs and Ray alone does not bring."""

_TRIED = "start a small Ray cluster on this machine"


def check_machine(temp_dir: Path) -> None:
    """Raise `UnsupportedError` where Ray is not installed whole, or memory or the disk of `temp_dir` is too full."""
    if any(importlib.util.find_spec(package) is None for package in NEEDED):
        version = ".".join(map(str, sys.version_info[:2]))
        raise UnsupportedError(
            _TRIED,
            f"Ray with its dashboard is not installed for {sys.executable} (Python {version})",
            "pip install 'raymon-tui[demo]'",
        )
    disk = shutil.disk_usage(temp_dir)
    if 1 - disk.free / disk.total >= MOST_DISK_USED:
        raise UnsupportedError(
            _TRIED,
            f"the disk of {temp_dir} is {1 - disk.free / disk.total:.0%} full, and Ray runs no tasks beyond 95%",
            f"make room: {disk.free / GIB:.1f} GiB of {disk.total / GIB:.0f} GiB are free",
        )
    free = psutil.virtual_memory().available
    if free < LEAST_MEMORY:
        raise UnsupportedError(
            _TRIED,
            f"{free / GIB:.1f} GiB of memory are free, and the demo needs {LEAST_MEMORY / GIB:.1f}",
            "end something else first",
        )
