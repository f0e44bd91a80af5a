"""Ending exactly the processes of one cluster, and no other's."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

import psutil

GRACE_S = 3.0
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parents end, so that they can still be found (Linux alone)."""
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_with_parent() -> None:
    """Have this process terminated when its parent ends in any way, SIGKILL too (Linux alone)."""
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def reap() -> set[int]:
    """Take leave of the children that have ended, adopted ones too, and return their pids."""
    ended: set[int] = set()
    with contextlib.suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            ended.add(pid)
    return ended


def end_cluster(keeper: int) -> None:
    """End what descends from a keeper or is of the session that it leads: first politely, then surely."""
    for attempt in range(4):
        alive = _processes_of(keeper)
        if not alive:
            return
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.terminate() if attempt == 0 else process.kill()
        psutil.wait_procs(alive, timeout=GRACE_S)


def _processes_of(keeper: int) -> list[psutil.Process]:
    found: dict[int, psutil.Process] = {}
    with contextlib.suppress(psutil.NoSuchProcess):
        found = {process.pid: process for process in psutil.Process(keeper).children(recursive=True)}
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.Error):
            if os.getsid(process.pid) == keeper != process.pid:
                found[process.pid] = process
    return [process for process in found.values() if _is_alive(process)]


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
