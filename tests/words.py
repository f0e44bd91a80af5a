"""What is asserted of errors, and awaited of processes, in many places."""

from __future__ import annotations

import contextlib

import anyio
import psutil

from raymon_tui.backends.errors import RaymonError

PATIENCE_S = 30.0


def says(error: RaymonError, about: str, secret: str = "") -> None:
    """Hold an error to be fit for a user: three texts, about what was asked for, without a secret."""
    assert about in error.tried
    assert error.said.strip()
    assert error.advice.strip()
    assert not secret or secret not in f"{error!r} {error} {error.advice}"


async def ended(pid: int) -> None:
    """Wait until a process that may be nobody's child is gone, which the system tells only those who look."""
    with anyio.fail_after(PATIENCE_S), contextlib.suppress(psutil.NoSuchProcess):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110
            await anyio.sleep(0.05)
