"""Sessions over the one connection, in which commands run and files are read: no more than servers allow at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import paramiko

from raymon_tui.backends.ssh.channels import give_back
from raymon_tui.backends.ssh.link import Link
from raymon_tui.backends.ssh.opening import NoSessionError

AT_ONCE = 6
"""sshd allows ten (MaxSessions); others may have theirs."""
WITHIN_S = 10.0
"""So long one is waited for where a server allows fewer."""


class SessionChannels:
    """Opens sessions. Whoever does short work in one takes one of the `turns` for it."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.turns = anyio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def one(self, tried: str) -> AsyncIterator[paramiko.Channel]:
        """Open a session for a block of work that is short, and close it afterwards."""
        async with self.turns:
            channel = await self.open(tried)
            try:
                yield channel
            finally:
                give_back(channel)

    async def open(self, tried: str, within_s: float | None = None) -> paramiko.Channel:
        """Open a session, once there is one to be had; raises `NoSessionError` where that takes too long."""
        until, pause = anyio.current_time() + (WITHIN_S if within_s is None else within_s), 0.02
        while True:
            try:
                return await self._link.open_channel("session", None, tried)
            except NoSessionError:
                if anyio.current_time() + pause > until:
                    raise
            # No server tells when one is free again, which may be some time after its command has ended.
            await anyio.sleep(pause)
            pause = min(2 * pause, 0.5)
