"""Connecting by SSH: who is trusted, how one logs in, which way leads there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import psutil
import pytest
from listening import closed_port, echoing, recording
from ssh_home import destination, make_home, settings_for
from sshd import Sshd, keygen, running_sshd
from words import says

from raymon_tui.backends.asking import HostKeyQuestion, SecretQuestion
from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.errors import RaymonError, RefusedError, TimedOutError, UnreachableError
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.backends.ssh.description import SshDestination
from raymon_tui.backends.ssh.jumps import Jump

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


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder) as running:
        yield running


@pytest.fixture
def home(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The `.ssh` of a home whose configuration knows the server."""
    return make_home(tmp_path / "home", monkeypatch, *settings_for(sshd))


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


async def test_a_host_that_nobody_knows_is_asked_about_once(sshd: Sshd, home: Path) -> None:
    sshd.known_hosts.write_text("")
    user = User(trusts=True)
    async with opened(destination(sshd), user) as backend:
        assert await works(backend)
    (question,) = user.questions
    assert isinstance(question, HostKeyQuestion)
    told = subprocess.run(
        ["ssh-keygen", "-lf", str(sshd.folder / "host_ed25519.pub")], capture_output=True, text=True, check=True
    )
    assert question.fingerprint in told.stdout
    assert sshd.known_hosts.read_text() == ""
    own = home / "known_hosts_raymon"
    assert sshd.host_key in own.read_text()
    assert own.stat().st_mode & 0o077 == 0
    async with opened(destination(sshd), User()) as backend:
        assert await works(backend)


async def test_a_host_that_is_not_trusted_is_refused_with_its_fingerprint(sshd: Sshd, home: Path) -> None:
    sshd.known_hosts.write_text("")
    failure = await refused(destination(sshd), User(trusts=False))
    assert isinstance(failure, RefusedError)
    assert failure.exit_code == 4
    assert "SHA256:" in failure.said
    assert "--accept-new-host-key" in failure.advice
    assert not (home / "known_hosts_raymon").exists()


async def test_scripts_may_accept_a_new_key_but_never_a_changed_one(sshd: Sshd, home: Path) -> None:
    sshd.known_hosts.write_text("")
    where = replace(destination(sshd), accept_new_host_key=True)
    async with opened(where) as backend:
        assert await works(backend)
    (home / "known_hosts_raymon").unlink()
    other = keygen(sshd.folder / "other").with_suffix(".pub").read_text()
    sshd.known_hosts.write_text(f"# a comment\n[127.0.0.1]:{sshd.port} {other}")
    failure = await refused(where, User(trusts=True))
    assert isinstance(failure, RefusedError)
    assert f"{sshd.known_hosts}:2" in failure.said
    assert "changed" in failure.said


async def test_a_key_of_another_type_than_is_known_is_not_new(sshd: Sshd, home: Path) -> None:
    other = keygen(sshd.folder / "other", kind="ecdsa").with_suffix(".pub").read_text()
    sshd.known_hosts.write_text(f"[127.0.0.1]:{sshd.port} {other}")
    where = replace(destination(sshd), accept_new_host_key=True)
    failure = await refused(where, User(trusts=False))
    assert isinstance(failure, RefusedError)
    assert f"{sshd.known_hosts}:1" in failure.said
    async with opened(where, User(trusts=True)) as backend:
        assert await works(backend)


async def test_a_hashed_line_counts_and_a_revoked_key_is_refused(sshd: Sshd, home: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(sshd.known_hosts)], check=True, capture_output=True)
    assert "127.0.0.1" not in sshd.known_hosts.read_text()
    async with opened(destination(sshd)) as backend:
        assert await works(backend)
    sshd.known_hosts.write_text(f"@revoked * {sshd.host_key}\n")
    failure = await refused(destination(sshd), User(trusts=True))
    assert "revoked" in failure.said


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
async def test_keys_of_each_kind_open_it(sshd: Sshd, home: Path, kind: str) -> None:
    key = keygen(sshd.folder / f"as_{kind}", kind=kind)
    (sshd.folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
    async with opened(replace(destination(sshd), keys=(key,))) as backend:
        assert await works(backend)


async def test_a_certificate_opens_what_trusts_its_authority(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "certified"
    folder.mkdir()
    authority, key = keygen(folder / "authority"), keygen(folder / "certified")
    with running_sshd(folder, f"TrustedUserCAKeys {authority}.pub") as there:
        words = ["-s", str(authority), "-I", "tests", "-n", there.user, "-V", "+1h", f"{key}.pub"]
        subprocess.run(["ssh-keygen", "-q", *words], check=True)
        where = replace(destination(there), keys=(key,), accept_new_host_key=True)
        async with opened(where) as backend:
            assert await works(backend)


async def test_a_passphrase_is_asked_for_once_and_kept_for_reconnects(sshd: Sshd, home: Path) -> None:
    key = keygen(sshd.folder / "guarded", passphrase=PASSPHRASE)
    (sshd.folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
    user = User(secrets=("wrong", PASSPHRASE))
    async with opened(replace(destination(sshd), keys=(key,)), user) as backend:
        assert await works(backend)
        (await backend.link.transport()).close()
        assert await works(backend)
        assert backend.link.connected == 2
    prompts = [one.prompt for one in user.questions if isinstance(one, SecretQuestion)]
    assert len(prompts) == 2
    assert all(str(key) in prompt for prompt in prompts)


async def test_a_passphrase_that_is_not_given_is_told_and_nothing_of_it_is_kept(sshd: Sshd, home: Path) -> None:
    key = keygen(sshd.folder / "guarded", passphrase=PASSPHRASE)
    failure = await refused(replace(destination(sshd), keys=(key,)), User(secrets=("wrong guess", None)))
    assert isinstance(failure, RefusedError)
    assert "passphrase" in failure.said
    assert str(key) in failure.said
    says(failure, "log in", "wrong guess")


async def test_a_key_that_the_server_does_not_take_is_named(sshd: Sshd, home: Path) -> None:
    key = keygen(sshd.folder / "stranger")
    failure = await refused(replace(destination(sshd), keys=(key,)))
    assert isinstance(failure, RefusedError)
    assert str(key) in failure.said
    assert "--ssh-key" in failure.advice


async def test_the_agents_keys_are_taken(sshd: Sshd, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout
    found = dict(part.split("=", 1) for part in told.replace("\n", ";").split(";") if "=" in part)
    monkeypatch.setenv("SSH_AUTH_SOCK", found["SSH_AUTH_SOCK"])
    try:
        subprocess.run(["ssh-add", "-q", str(sshd.key)], check=True)
        async with opened(replace(destination(sshd), keys=())) as backend:
            assert await works(backend)
    finally:
        os.kill(int(found["SSH_AGENT_PID"]), signal.SIGTERM)


async def test_an_alias_of_the_users_configuration_says_it_all(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    included = tmp_path / "included"
    included.write_text(
        f"Host head\n  HostName 127.0.0.1\n  Port {sshd.port}\n  User {sshd.user}\n  IdentityFile {sshd.key}\n"
        f"  UserKnownHostsFile {sshd.known_hosts}\n"
    )
    make_home(tmp_path / "home", monkeypatch, f"Include {included}")
    async with opened(SshDestination("head")) as backend:
        assert await works(backend)
        assert "head" in backend.describe()


async def test_jumps_lead_through_other_servers(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "jump"
    folder.mkdir()
    with running_sshd(folder) as jump:
        lines = (
            *("Host gate", "  HostName 127.0.0.1", f"  Port {jump.port}", f"  IdentityFile {jump.key}"),
            f"  UserKnownHostsFile {jump.known_hosts}",
            *("Host head", "  HostName 127.0.0.1", f"  Port {sshd.port}", f"  IdentityFile {sshd.key}"),
            f"  UserKnownHostsFile {sshd.known_hosts}",
        )
        make_home(tmp_path / "home", monkeypatch, *lines, "  ProxyJump gate")
        async with opened(SshDestination("head")) as backend:
            assert await works(backend)
            assert [hop.getpeername()[1] for hop in backend.link.hops[:1]] == [jump.port]
        make_home(tmp_path / "home", monkeypatch, *lines)
        async with opened(SshDestination("head", jumps=(Jump("gate"),))) as backend:
            assert await works(backend)
            assert len(backend.link.hops) == 2


async def test_a_proxy_command_is_run_by_a_shell_with_its_words_filled_in(sshd: Sshd, home: Path) -> None:
    script = "import os, socket, sys, threading; s = socket.create_connection((sys.argv[1], int(sys.argv[2])));"
    script += ' threading.Thread(target=lambda: [s.sendall(d) for d in iter(lambda: os.read(0, 65536), b"")],'
    script += ' daemon=True).start(); [os.write(1, d) for d in iter(lambda: s.recv(65536), b"")]'
    command = f"python3 -c '{script}' %h %p %%"
    children = {child.pid for child in psutil.Process().children()}
    async with opened(replace(destination(sshd), proxy_command=command)) as backend:
        assert await works(backend)
    assert {child.pid for child in psutil.Process().children()} == children


async def test_a_port_without_a_server_is_told(home: Path, sshd: Sshd) -> None:
    failure = await refused(replace(destination(sshd), port=closed_port()))
    assert isinstance(failure, UnreachableError)
    assert failure.exit_code == 3


async def test_a_server_that_forbids_forwarding_is_relayed_through(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "strict"
    folder.mkdir()
    with running_sshd(folder, "AllowTcpForwarding no") as strict:
        async with opened(replace(destination(strict), accept_new_host_key=True)) as backend:
            async with recording() as (endpoint, requests), backend.http(endpoint) as client:
                await client.get("/metrics")
            assert len(requests) == 1
            assert backend.relays
            sent, received = os.urandom(1 << 20), bytearray()
            async with echoing() as echo, await backend.dial(echo) as stream, anyio.create_task_group() as tasks:
                tasks.start_soon(_send, stream, sent)
                async for chunk in stream:
                    received += chunk
            assert bytes(received) == sent
            with pytest.raises(UnreachableError):
                await backend.dial(Endpoint("127.0.0.1", closed_port()))


async def _send(stream: anyio.abc.ByteStream, data: bytes) -> None:
    await stream.send(data)
    await stream.send_eof()


async def test_a_login_shell_that_chatters_spoils_nothing(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "chatty"
    folder.mkdir()
    line = "ForceCommand sh -c 'echo Welcome to the machine; echo careful >&2; exec sh -c \"$SSH_ORIGINAL_COMMAND\"'"
    with running_sshd(folder, line, "Banner /etc/hostname") as chatty:
        async with opened(replace(destination(chatty), accept_new_host_key=True)) as backend:
            done = await backend.run(("sh", "-c", "echo out; echo err >&2"))
            assert (done.stdout, done.stderr) == (b"out\n", b"err\n")


async def test_a_server_that_was_restarted_is_connected_to_again_by_itself(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "again"
    folder.mkdir()
    with running_sshd(folder) as first:
        where = replace(destination(first), accept_new_host_key=True)
        backend = SshBackend(where, environ={})
        assert await works(backend)
        port = first.port
        for child in psutil.Process(first.pid).children(recursive=True):
            child.kill()
    with pytest.raises(UnreachableError):
        await backend.run(("echo", "here"))
    with running_sshd(folder, port=port):
        with anyio.fail_after(30):
            while True:
                try:
                    assert await works(backend)
                    break
                except UnreachableError:
                    await anyio.sleep(0.1)
    await backend.aclose()


async def test_many_streams_that_never_answer_do_not_hold_up_one_that_does(sshd: Sshd, home: Path) -> None:
    async with opened(destination(sshd)) as backend, echoing() as mute, recording() as (endpoint, _):
        hung = [await backend.dial(mute) for _ in range(20)]
        threads = threading.active_count()
        async with anyio.create_task_group() as tasks:
            for stream in hung:
                tasks.start_soon(_hear, stream)
            async with backend.http(endpoint) as client:
                with anyio.fail_after(5):
                    assert isinstance(await client.get("/"), httpx.Response)
            assert threading.active_count() <= threads + 1
            tasks.cancel_scope.cancel()
        for stream in hung:
            await stream.aclose()


async def _hear(stream: anyio.abc.ByteStream) -> None:
    with anyio.move_on_after(60):
        await stream.receive()


async def test_a_hundred_reconnects_leave_nothing_behind(sshd: Sshd, home: Path) -> None:
    us = psutil.Process()

    def held() -> tuple[int, int, int]:
        return us.num_fds(), threading.active_count(), len(us.children())

    async with opened(destination(sshd)) as backend, recording() as (endpoint, _):
        counted: list[tuple[int, int, int]] = []
        for round_ in range(100):
            async with backend.http(endpoint) as client:
                await client.get("/")
            if round_ in (5, 99):
                counted.append(held())
            transport = await backend.link.transport()
            transport.close()
            with anyio.fail_after(10):
                while transport.is_alive():  # noqa: ASYNC110 - a thread that ends tells no event loop
                    await anyio.sleep(0.01)
        assert backend.link.connected == 100
    early, late = counted
    assert all(after <= before + 2 for before, after in zip(early, late, strict=True)), (early, late)


async def test_a_host_that_swallows_everything_is_given_up(home: Path, sshd: Sshd) -> None:
    async with recording() as (endpoint, _):
        failure = await refused(replace(destination(sshd), host=endpoint.host, port=endpoint.port))
    assert isinstance(failure, UnreachableError | TimedOutError)


@pytest.mark.parametrize("known_here", [None, "one-of-our-own"])
async def test_the_heads_own_token_is_used_where_none_is_known_here(
    tmp_path: Path, home: Path, known_here: str | None
) -> None:
    folder = tmp_path / "with-token"
    folder.mkdir()
    (folder / "token").write_text("the-heads-token\n")
    async with wanting_a_token() as (dashboard, seen):
        with running_sshd(folder, f"SetEnv RAY_AUTH_TOKEN_PATH={folder}/token") as there:
            where = replace(destination(there, dashboard), accept_new_host_key=True)
            backend = SshBackend(where, ConnectOptions(token=known_here), environ={})
            async with backend.http(dashboard) as client:
                answers = [(await client.get("/api/version")).status_code for _ in range(3)]
            await backend.aclose()
    if known_here is None:
        assert answers == [200, 200, 200]
        assert seen == ["", *["Bearer the-heads-token"] * 3]
    else:
        assert answers == [401, 401, 401]
        assert set(seen) == {f"Bearer {known_here}"}


@asynccontextmanager
async def wanting_a_token() -> AsyncIterator[tuple[Endpoint, list[str]]]:
    """Serve a dashboard that answers 401 to whoever has not the head's token; give what each request brought."""
    seen: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                found = [
                    line.partition(": ")[2] for line in head.splitlines() if line.lower().startswith("authorization")
                ]
                seen.append(found[0] if found else "")
                status = "200 OK" if seen[-1] == "Bearer the-heads-token" else "401 Unauthorized"
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\n{{}}".encode())

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield Endpoint("127.0.0.1", server.sockets[0].getsockname()[1]), seen
