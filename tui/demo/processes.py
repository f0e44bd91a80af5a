"""Ending exactly the processes of one cluster, and no other's."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from pathlib import Path

import psutil

PR_SET_CHILD_SUBREAPER = 36
GRACE_S = 3.0


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parents end, so that they can still be found (Linux alone)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def processes_of(temp_dir: Path) -> list[psutil.Process]:
    """Return this process's descendants, and whatever else names the cluster's own temp dir on its command line."""
    own = psutil.Process()
    found = {process.pid: process for process in own.children(recursive=True)}
    mark = f"{temp_dir}/"
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != own.pid and any(mark in word for word in process.cmdline()):
                found[process.pid] = process
    return list(found.values())


def end_all(temp_dir: Path) -> None:
    """End the cluster: politely, then surely, until nothing of it is left."""
    for attempt in range(4):
        alive = processes_of(temp_dir)
        if not alive:
            return
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.terminate() if attempt == 0 else process.kill()
        psutil.wait_procs(alive, timeout=GRACE_S)
