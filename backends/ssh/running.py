"""Running commands on the head to their end, and ending there what nobody here waits for any more."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from signal import Signals

import anyio
import paramiko

from raymon_tui.backends.base import Completed
from raymon_tui.backends.errors import RaymonError, TimedOutError, UnreachableError
from raymon_tui.backends.ssh.channels import give_back, lost_is_told
from raymon_tui.backends.ssh.commands import (
    NOT_FOUND,
    Collecting,
    refuse_unbegun,
    signal_over,
    signalling,
    wrapped,
)
from raymon_tui.backends.ssh.description import SshDestination
from raymon_tui.backends.ssh.link import Link
from raymon_tui.backends.ssh.opening import NoSessionError
from raymon_tui.backends.ssh.session_channels import SessionChannels

LET_GO_S = 5.0
"""So long the end of a command that is let go of is waited for, at most."""
SPARE_WITHIN_S = 0.5
"""So long a session is waited for in which another's command is sent a signal; one at a time is needed."""
ENDED_WITHIN_S, BEGUN_WITHIN_S = 30.0, 15.0
"""So long it may take behind the scenes; and a command that was let go of before it had begun may begin in so long."""


class Runner:
    """Runs commands on the head, inside its container where there is one."""

    def __init__(self, destination: SshDestination, link: Link, sessions: SessionChannels) -> None:
        self._destination = destination
        self._link = link
        self._sessions = sessions
        self._ending: set[asyncio.Task[bool]] = set()
        self._signalling = anyio.Lock()

    async def run(self, argv: Sequence[str], *, timeout_s: float, limit: int) -> Completed:
        """See `Backend.run`. A command that is cancelled is ended behind the scenes."""
        container = self._destination.container
        tried = f"run {argv[0] if argv else 'a command'} on {self._destination.host}"
        if not argv or any("\0" in word for word in argv):
            said = "it has no words" if not argv else "a word of it holds a NUL"
            raise UnreachableError(tried, said, "name a program and plain words")
        await self._sessions.turns.acquire()
        try:
            collecting = Collecting(await self._sessions.open(tried), limit)
        except BaseException:
            self._sessions.turns.release()
            raise
        done = await self._done(wrapped(argv, container), collecting, tried, timeout_s)
        if collecting.instead is not None:
            refuse_unbegun(tried, done.returncode, collecting.instead, container)
        if done.returncode == NOT_FOUND and not done.stdout and not done.stderr:
            raise UnreachableError(tried, "no such program there", "is it installed there, and in the PATH?")
        return done

    async def _done(self, line: str, collecting: Collecting, tried: str, timeout_s: float) -> Completed:
        channel = collecting.channel
        try:
            with lost_is_told(tried, channel), anyio.fail_after(timeout_s):
                await self._link.blocking(lambda: channel.exec_command(line))
                channel.shutdown_write()
                done = await collecting.to_the_end()
        except TimeoutError:
            task = self._let_go(collecting)
            await asyncio.wait([task], timeout=LET_GO_S)
            advice = "it was ended" if task.done() and task.result() else "it was asked to end, and may still run there"
            raise TimedOutError(tried, f"it did not end within {timeout_s:g} s", advice) from None
        except anyio.get_cancelled_exc_class():
            self._let_go(collecting)
            raise
        except BaseException:
            self._give_back(collecting)
            raise
        self._give_back(collecting)
        return done

    def _give_back(self, collecting: Collecting) -> None:
        give_back(collecting.channel)
        self._sessions.turns.release()

    def _let_go(self, collecting: Collecting) -> asyncio.Task[bool]:
        """End a command, in a task of its own, whose result is whether it is sure to have ended."""
        task = asyncio.create_task(self._end(collecting))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task

    async def _end(self, collecting: Collecting) -> bool:
        try:
            with anyio.move_on_after(ENDED_WITHIN_S), contextlib.suppress(RaymonError):
                with lost_is_told("end a command", collecting.channel):
                    with anyio.move_on_after(BEGUN_WITHIN_S):
                        await collecting.to_its_beginning()
                return await self.signal(collecting.pid, Signals.SIGKILL, collecting.channel)
        finally:
            self._give_back(collecting)
        return False

    async def signal(self, pid: int | None, sent: Signals, over: paramiko.Channel) -> bool:
        """Send a signal to the command whose process is known by `pid`, and all that it runs together with.

        Where there is no other session for that, the server is asked to signal what runs on the channel `over`, which
        not every one does: False then. Raises `RaymonError` where the connection is lost.
        """
        if pid is None:
            return False
        tried = f"send {sent.name} to a command"
        async with self._signalling:
            try:
                channel = await self._sessions.open(tried, SPARE_WITHIN_S)
            except NoSessionError:
                with lost_is_told(tried, over):
                    await self._link.blocking(lambda: signal_over(over, sent))
                return False
            try:
                line = signalling(pid, sent, self._destination.container)
                with lost_is_told(tried, channel):
                    await self._link.blocking(lambda: channel.exec_command(line))
                    with anyio.move_on_after(LET_GO_S):
                        await Collecting(channel, 0).to_the_end()
            finally:
                give_back(channel)
            return True

    async def aclose(self) -> None:
        """Wait for commands that are being ended, where they can be."""
        if self._ending and self._link.connection:
            await asyncio.wait(self._ending, timeout=LET_GO_S)
        for task in tuple(self._ending):
            task.cancel()
            await asyncio.wait([task])
