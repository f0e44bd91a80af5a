"""Running a command on this machine, bounded in time and in what it may write."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence

import anyio
from anyio.abc import ByteReceiveStream, Process

from raymon_tui.backends.attached import HUNG_UP_S
from raymon_tui.backends.base import Completed
from raymon_tui.backends.errors import ProgramMissingError, TimedOutError, UnreachableError

_CHUNK = 1 << 16
_PASSED_ON = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP)


async def run_here(argv: Sequence[str], *, timeout_s: float, limit: int) -> Completed:
    """Run `argv` without a shell; what it writes beyond `limit` bytes is read and thrown away.

    Raises `TimedOutError` after `timeout_s`, the command and its children being ended then, and `UnreachableError`
    where it cannot be started.
    """
    tried = f"run {argv[0] if argv else 'a command'}"
    if not argv:
        raise UnreachableError(tried, "it has no words", "name a program")
    try:
        process = await anyio.open_process(list(argv), stdin=subprocess.DEVNULL, start_new_session=True)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise UnreachableError(tried, said, "is it installed here?") from None
    kept: dict[str, bytes] = {"stdout": b"", "stderr": b""}
    try:
        with anyio.fail_after(timeout_s):
            async with anyio.create_task_group() as tasks:
                for name, stream in (("stdout", process.stdout), ("stderr", process.stderr)):
                    if stream is not None:
                        tasks.start_soon(_collect, stream, limit, kept, name)
                await process.wait()
    except TimeoutError:
        raise TimedOutError(tried, f"it did not end within {timeout_s:g} s", "it was ended") from None
    finally:
        with anyio.CancelScope(shield=True):
            await _end(process)
    return Completed(process.returncode if process.returncode is not None else -1, kept["stdout"], kept["stderr"])


async def with_own_streams(argv: Sequence[str], *, signals: bool = True) -> int:
    """Run `argv` without a shell, with this program's own input, output and terminal, and return its exit code.

    That is 128 and the number of the signal that ended it. With `signals` those that come here meanwhile are the
    command's. It is hung up where nobody waits for it any more. Raises `ProgramMissingError` where there is no such
    program, `UnreachableError` where it cannot be started.
    """
    # Signals are taken before there is a command to give them to: none may end this program and leave the command.
    with anyio.open_signal_receiver(*(_PASSED_ON if signals else ())) as received:
        process = await _started(argv)
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_pass_on, received, process)
                code = await process.wait()
                tasks.cancel_scope.cancel()
        finally:
            await _hang_up(process)
    return code if code >= 0 else 128 - code


async def _started(argv: Sequence[str]) -> Process:
    try:
        return await anyio.open_process(list(argv), stdin=None, stdout=None, stderr=None)
    except FileNotFoundError:
        raise ProgramMissingError(f"run {argv[0]}", "there is no such program", "Is it installed here?") from None
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise UnreachableError(f"run {argv[0]}", said, "is it installed here?") from None


async def _hang_up(process: Process) -> None:
    """End a command that still runs, as the end of its terminal would; one that does not care is killed."""
    for sent in (signal.SIGHUP, signal.SIGKILL):
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(sent)
            with anyio.move_on_after(HUNG_UP_S, shield=True):
                await process.wait()


async def _pass_on(signals: AsyncIterator[signal.Signals], process: Process) -> None:
    async for received in signals:
        typed = received in (signal.SIGINT, signal.SIGQUIT) and _at_keyboard()
        if not typed:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(received)


def _at_keyboard() -> bool:
    """Whether keys that send signals send them to the command too, which then needs none from here."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


async def _collect(stream: ByteReceiveStream, limit: int, kept: dict[str, bytes], name: str) -> None:
    with contextlib.suppress(anyio.EndOfStream, anyio.ClosedResourceError):
        while True:
            chunk = await stream.receive(_CHUNK)
            kept[name] += chunk[: max(0, limit - len(kept[name]))]


async def _end(process: Process) -> None:
    """End the whole process group, so that no child outlives its parent."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.aclose()
