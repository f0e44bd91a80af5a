"""A dashboard that wants a token, where none is known here: the head's own is taken, as long as it is that head."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from listening import HERE
from ssh_home import destination, running_sshd_at_home
from sshd import Sshd
from words import PATIENCE_S

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.ssh import head_token
from raymon_tui.backends.ssh.backend import SshBackend


@dataclass
class Dashboard:
    """Answers whoever brings the token, and tells `seen` what each brought; 401 without one, 403 with another."""

    token: str
    seen: list[str] = field(default_factory=list)
    where: Endpoint = field(default=Endpoint(HERE, 0))

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                found = [line.partition(": ")[2] for line in head.splitlines() if line.lower().startswith("auth")]
                self.seen.append(found[0] if found else "")
                known = {f"Bearer {self.token}": "200 OK", "": "401 Unauthorized"}
                status = known.get(self.seen[-1], "403 Forbidden")
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        writer.close()


@asynccontextmanager
async def wanting(token: str) -> AsyncIterator[Dashboard]:
    dashboard = Dashboard(token)
    server = await asyncio.start_server(dashboard.answer, HERE, 0)
    async with server:
        dashboard.where = Endpoint(HERE, server.sockets[0].getsockname()[1])
        yield dashboard


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The file in which the head keeps its token."""
    path = tmp_path / "token"
    path.write_text("the-heads-token\n")
    return path


@pytest.fixture
def sshd(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    with running_sshd_at_home(tmp_path, monkeypatch, f"SetEnv RAY_AUTH_TOKEN_PATH={kept}") as running:
        yield running


@asynccontextmanager
async def asking(sshd: Sshd, dashboard: Dashboard, token: str | None = None) -> AsyncIterator[SshBackend]:
    backend = SshBackend(destination(sshd, dashboard.where), ConnectOptions(token=token), environ={})
    try:
        yield backend
    finally:
        await backend.aclose()


async def test_the_heads_own_token_is_used_where_none_is_known_here(sshd: Sshd) -> None:
    async with wanting("the-heads-token") as dashboard, asking(sshd, dashboard) as backend:
        async with backend.http(dashboard.where) as client:
            assert [(await client.get("/api/version")).status_code for _ in range(3)] == [200, 200, 200]
        assert dashboard.seen == ["", *["Bearer the-heads-token"] * 3]


async def test_one_that_is_known_here_is_the_only_one_that_is_sent(sshd: Sshd) -> None:
    async with wanting("the-heads-token") as dashboard, asking(sshd, dashboard, "one-of-our-own") as backend:
        async with backend.http(dashboard.where) as client:
            assert [(await client.get("/api/version")).status_code for _ in range(3)] == [403, 403, 403]
        assert set(dashboard.seen) == {"Bearer one-of-our-own"}


async def test_questions_that_are_asked_at_once_are_all_answered(sshd: Sshd) -> None:
    async with wanting("the-heads-token") as dashboard, asking(sshd, dashboard) as backend:
        async with backend.http(dashboard.where) as client:
            answers = await asyncio.gather(*(client.get("/api/version") for _ in range(8)))
        assert {answer.status_code for answer in answers} == {200}


async def test_over_another_connection_the_token_is_read_again_and_the_old_one_goes_nowhere(
    sshd: Sshd, kept: Path
) -> None:
    async with wanting("the-heads-token") as dashboard, asking(sshd, dashboard) as backend:
        async with backend.http(dashboard.where) as client:
            assert (await client.get("/api/version")).is_success
            first = await backend.link.transport()
            first.close()
            with anyio.fail_after(PATIENCE_S):
                while first.is_alive():  # noqa: ASYNC110 - a thread that ends tells no event loop
                    await anyio.sleep(0.01)
            dashboard.token = "of-another-cluster"
            kept.write_text("of-another-cluster\n")  # noqa: ASYNC240
            dashboard.seen.clear()
            assert (await client.get("/api/version")).is_success
        assert dashboard.seen == ["", "Bearer of-another-cluster"]
        assert backend.link.connected == 2


async def test_a_token_that_has_changed_under_the_connection_is_read_again(
    sshd: Sshd, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wanting("the-heads-token") as dashboard, asking(sshd, dashboard) as backend:
        async with backend.http(dashboard.where) as client:
            assert (await client.get("/api/version")).is_success
            dashboard.token = "a-new-one"
            # Soon after it was read it is not read again; a cluster is not made anew so fast.
            assert (await client.get("/api/version")).status_code == 403
            monkeypatch.setattr(head_token, "AGAIN_S", 0.0)
            kept.write_text("a-new-one\n")  # noqa: ASYNC240
            assert (await client.get("/api/version")).is_success
        assert dashboard.seen[-2:] == ["Bearer the-heads-token", "Bearer a-new-one"]
