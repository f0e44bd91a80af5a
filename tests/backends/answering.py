"""Somebody who answers what a connection by SSH has to ask, and connections to be held to what comes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from raymon_tui.backends.asking import HostKeyQuestion, SecretQuestion
from raymon_tui.backends.errors import RaymonError
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.description import SshDestination

PASSPHRASE = "correct horse battery staple"


class User:
    """Somebody who answers, and remembers what was asked."""

    def __init__(self, *, trusts: bool = False, secrets: tuple[str | None, ...] = ()) -> None:
        self.questions: list[HostKeyQuestion | SecretQuestion] = []
        self._trusts = trusts
        self._secrets = list(secrets)

    async def trusts(self, question: HostKeyQuestion) -> bool:
        self.questions.append(question)
        return self._trusts

    async def secret(self, question: SecretQuestion) -> str | None:
        self.questions.append(question)
        return self._secrets.pop(0) if self._secrets else None


@asynccontextmanager
async def opened(where: SshDestination, user: User | None = None) -> AsyncIterator[SshBackend]:
    backend = SshBackend(where, environ={}, asking=user)
    try:
        yield backend
    finally:
        await backend.aclose()


async def works(backend: SshBackend) -> bool:
    return (await backend.run(("echo", "here"))).stdout == b"here\n"


async def refused(where: SshDestination, user: User | None = None) -> RaymonError:
    async with opened(where, user) as backend:
        with pytest.raises(RaymonError) as caught:
            await backend.run(("echo", "here"))
    return caught.value
