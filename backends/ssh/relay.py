"""Bytes to ports through one command on the head, where sshd forbids to forward them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import TYPE_CHECKING

import anyio
import paramiko
from anyio.abc import ByteStream

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import RaymonError, TimedOutError, UnreachableError
from raymon_tui.backends.ssh.any_shell import line_of
from raymon_tui.backends.ssh.channels import LOST, give_back
from raymon_tui.backends.ssh.commands import refuse_expired
from raymon_tui.backends.ssh.multiplexed import Multiplexed
from raymon_tui.backends.ssh.relay_program import CONNECT_WITHIN_S, STARTED
from raymon_tui.backends.ssh.stream import ChannelStream

if TYPE_CHECKING:
    from raymon_tui.backends.ssh.link import Link

START_WITHIN_S = 15.0
OPEN_WITHIN_S = CONNECT_WITHIN_S + 2.0
SILENT_S = CONNECT_WITHIN_S
"""A program that runs has something to say of every port after so long."""
AGAIN_S = 1.0
"""So long after a failure nobody else tries: they are told the same."""
_LOAD = "import sys; exec(sys.stdin.buffer.read(int(sys.argv[1])))"
_SCRIPT = r"""command -v python3 >/dev/null 2>&1 && exec python3 -c "$@"
exec bash --login -c 'exec python3 -c "$@"' bash "$@"
"""
"""Users have what they installed in the PATH of their login shell alone."""
_ADVICE = "Let sshd forward (AllowTcpForwarding), or is python3 installed on the head?"
_MOST_BEFORE = 1 << 16


class Relay:
    """One program on the head, over one session: started when it is first needed, and again when it has ended."""

    def __init__(self, link: Link, open_session: Callable[[str], Awaitable[paramiko.Channel]]) -> None:
        self._link = link
        self._open_session = open_session
        self._running: Multiplexed | None = None
        self._starting: asyncio.Task[Multiplexed] | None = None
        self._doubting: asyncio.Task[None] | None = None
        self._failure: tuple[float, RaymonError] | None = None

    async def dial(self, endpoint: Endpoint, tried: str) -> ByteStream:
        """Open a stream to a port as seen from the head; raises the `RaymonError` of that, or of the program."""
        running = await self._started(tried)
        began = anyio.current_time()
        try:
            with anyio.fail_after(OPEN_WITHIN_S):
                return await running.open(endpoint, tried)
        except TimeoutError:
            self._doubt(running, began)
            raise TimedOutError(tried, f"no answer within {OPEN_WITHIN_S:.0f} s", "Is it up?") from None
        except anyio.get_cancelled_exc_class():
            # Whoever asked had less patience.
            self._doubt(running, began)
            raise

    async def _started(self, tried: str) -> Multiplexed:
        if self._running is not None and not self._running.ended:
            return self._running
        if self._failure is not None and anyio.current_time() - self._failure[0] < AGAIN_S:
            raise self._failure[1]
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._start(tried))
        return await asyncio.shield(self._starting)

    async def _start(self, tried: str) -> Multiplexed:
        before, self._running = self._running, None
        if before is not None:
            await before.aclose()
        try:
            channel = await self._open_session(tried)
            try:
                self._running = await self._program_over(channel, tried)
            except BaseException:
                give_back(channel)
                raise
        except RaymonError as failure:
            self._failure = anyio.current_time(), failure
            raise
        self._failure = None
        return self._running

    async def _program_over(self, channel: paramiko.Channel, tried: str) -> Multiplexed:
        program = resources.files(__package__).joinpath("relay_program.py").read_bytes()
        line = line_of(("sh", "-c", _SCRIPT, "sh", _LOAD, str(len(program))))
        try:
            with anyio.fail_after(START_WITHIN_S):
                await self._link.blocking(lambda: channel.exec_command(line))
                stream = ChannelStream(channel)
                await stream.send(program)
                return Multiplexed(stream, await _until_started(stream))
        except (*LOST, anyio.EndOfStream) as error:
            said = channel.recv_stderr(4096).decode("utf-8", "replace").strip() if channel.recv_stderr_ready() else ""
            refuse_expired(tried, said.encode())
            said = said or str(error) or "the relay ended"
            raise UnreachableError(tried, f"forwarding is forbidden there, and a relay says: {said}", _ADVICE) from None

    def _doubt(self, running: Multiplexed, began: float) -> None:
        """Look, in a task of its own, whether it is the connection or the program that says nothing any more."""
        if running.heard_at < began and (self._doubting is None or self._doubting.done()):
            self._doubting = asyncio.create_task(self._look(running, began))

    async def _look(self, running: Multiplexed, began: float) -> None:
        works = await self._link.works()
        if works and running.heard_at < began and anyio.current_time() - began > SILENT_S:
            await running.aclose()

    async def aclose(self) -> None:
        """End the program."""
        for task in (self._starting, self._doubting):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        if self._running is not None:
            await self._running.aclose()


async def _until_started(stream: ByteStream) -> bytes:
    """Read up to the mark; a login shell may have printed something before. Returns what stands behind it."""
    seen = b""
    while STARTED not in seen:
        seen = seen[-_MOST_BEFORE:] + await stream.receive()
    return seen.partition(STARTED)[2]
