"""Connecting by SSH with the keys of an agent, beside those in files."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from answering import User, opened, refused, works
from ssh_agents import running_agent, strangers
from ssh_home import destination, make_home, settings_for
from sshd import Sshd, keygen, running_sshd

from raymon_tui.backends.errors import DeclinedError, RefusedError

PASSPHRASE = "open sesame"


@pytest.fixture
def agent(sshd: Sshd, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An agent that holds the key which the server takes."""
    with running_agent(sshd.key) as socket:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        yield socket


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """A server that lets nobody try more than two keys, and a configuration that knows it."""
    folder = tmp_path / "impatient"
    folder.mkdir()
    with running_sshd(folder, "MaxAuthTries 2") as running:
        make_home(tmp_path / "home", monkeypatch, *settings_for(running))
        yield running


def configure(home: Path, *lines: str) -> None:
    with (home / "config").open("a") as config:
        config.write("".join(f"  {line}\n" for line in lines))


@pytest.mark.usefixtures("agent")
async def test_the_agents_keys_are_taken(sshd: Sshd) -> None:
    async with opened(replace(destination(sshd), keys=())) as backend:
        assert await works(backend)


@pytest.mark.usefixtures("agent")
async def test_a_locked_key_that_the_agent_holds_needs_no_passphrase(sshd: Sshd) -> None:
    subprocess.run(["ssh-keygen", "-q", "-p", "-f", str(sshd.key), "-N", PASSPHRASE], check=True)
    user = User()
    async with opened(destination(sshd), user) as backend:
        assert await works(backend)
    assert user.questions == []


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("word", ["none", "$RAYMON_TEST_NO_SUCH_VARIABLE", "/nowhere/at/all"])
async def test_the_configuration_may_name_no_agent(sshd: Sshd, home: Path, word: str) -> None:
    configure(home, f"IdentityAgent {word}")
    failure = await refused(replace(destination(sshd), keys=()))
    assert "agent" not in failure.said


@pytest.mark.parametrize("form", ["{socket}", "$RAYMON_TEST_AGENT", "{folder}/%r.socket", "${{RAYMON_TEST_AGENT}}"])
async def test_the_configuration_may_name_another_agent(
    sshd: Sshd, home: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    with running_agent(sshd.key) as socket:
        monkeypatch.setenv("RAYMON_TEST_AGENT", str(socket))
        (home / f"{sshd.user}.socket").symlink_to(socket)
        configure(home, "IdentityAgent " + form.format(socket=socket, folder=home))
        async with opened(replace(destination(sshd), keys=())) as backend:
            assert await works(backend)


@pytest.mark.usefixtures("agent")
async def test_identities_only_leaves_the_agents_other_keys_alone(sshd: Sshd, home: Path) -> None:
    other = keygen(sshd.folder / "other")
    configure(home, "IdentitiesOnly yes", f"IdentityFile {other}")
    failure = await refused(replace(destination(sshd), keys=()))
    assert failure.said.startswith(f"{other} was refused")
    assert "agent" not in failure.said
    configure(home, f"IdentityFile {sshd.key}.pub")
    sshd.key.rename(sshd.folder / "elsewhere")
    async with opened(replace(destination(sshd), keys=())) as backend:
        assert await works(backend)


@pytest.mark.parametrize("held", [True, False], ids=["agent", "file"])
async def test_a_key_that_is_named_comes_before_what_else_the_agent_holds(
    impatient: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    configure(tmp_path / "home" / ".ssh", f"IdentityFile {impatient.key}")
    with running_agent(*strangers(impatient.folder, 3), *((impatient.key,) if held else ())) as socket:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        async with opened(replace(destination(impatient), keys=())) as backend:
            assert await works(backend)


async def test_more_keys_than_the_server_looks_at_are_told_as_such(
    impatient: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_agent(*strangers(impatient.folder, 4), impatient.key) as socket:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        failure = await refused(replace(destination(impatient), keys=()))
    assert isinstance(failure, RefusedError)
    assert failure.said.startswith("the server allows no more tries; the agent's ")
    assert "Too many authentication failures" in failure.said
    assert "IdentitiesOnly" in failure.advice


async def test_where_the_agent_will_not_sign_the_next_key_is_tried(
    sshd: Sshd, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unwilling = keygen(sshd.folder / "unwilling")
    (sshd.folder / "authorized_keys").write_text(
        "".join(key.with_suffix(".pub").read_text() for key in (unwilling, sshd.key))
    )
    with running_agent(unwilling=(unwilling,)) as socket:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        failure = await refused(replace(destination(sshd), keys=()))
        assert isinstance(failure, DeclinedError)
        assert failure.said.startswith("the agent would not sign with ")
        assert "where your agent asks" in failure.advice
        (home / "id_ed25519").write_bytes(sshd.key.read_bytes())
        async with opened(replace(destination(sshd), keys=())) as backend:
            assert await works(backend)


@pytest.mark.usefixtures("home")
async def test_the_agents_owner_is_not_asked_about_a_key_that_the_server_would_not_take(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    program = tmp_path / "ask"
    program.write_text(f"#!/bin/sh\necho asked >>{asked}\n")
    program.chmod(0o755)
    (stranger,) = strangers(sshd.folder, 1)
    with running_agent(unwilling=(stranger, sshd.key), asking=str(program)) as socket:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        async with opened(replace(destination(sshd), keys=())) as backend:
            assert await works(backend)
    assert asked.read_text().split() == ["asked"]


@pytest.mark.parametrize("form", ["in the agent", "beside a key of the agent", "named", "named, the key in a file"])
async def test_certificates_are_shown_whoever_holds_the_key(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    folder = tmp_path / "certified"
    folder.mkdir()
    authority, key = keygen(folder / "authority"), keygen(folder / "id")
    with running_sshd(folder, f"TrustedUserCAKeys {authority}.pub") as there:
        configure(home, f"UserKnownHostsFile {there.known_hosts}", f"IdentityFile {key}")
        if form == "beside a key of the agent":
            with running_agent(key) as socket:
                certify(authority, key, there.user)
                monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
                await logs_in(there)
            return
        certificate = certify(authority, key, there.user)
        if form == "in the agent":
            with running_agent(key) as socket:
                certificate.unlink()
                monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
                await logs_in(there)
            return
        certificate.rename(home / f"{there.user}-of-us.pub")
        configure(home, "CertificateFile ~/.ssh/%r-of-us.pub")
        with running_agent(*((key,) if form == "named" else ())) as socket:
            monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
            await logs_in(there)


def certify(authority: Path, key: Path, user: str) -> Path:
    words = ["-s", str(authority), "-I", "tests", "-n", user, "-V", "+1h", f"{key}.pub"]
    subprocess.run(["ssh-keygen", "-q", *words], check=True)
    return key.with_name(f"{key.name}-cert.pub")


async def logs_in(there: Sshd) -> None:
    async with opened(replace(destination(there), keys=(), accept_new_host_key=True)) as backend:
        assert await works(backend)
