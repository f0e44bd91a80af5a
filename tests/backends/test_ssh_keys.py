"""Connecting by SSH: which keys are tried, in which order."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from answering import PASSPHRASE, User, opened, refused, works
from ssh_home import destination
from sshd import Sshd, keygen, running_sshd
from words import says

from raymon_tui.backends.asking import SecretQuestion
from raymon_tui.backends.errors import RefusedError


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


async def test_a_locked_key_that_the_server_does_not_take_is_not_asked_about(sshd: Sshd, home: Path) -> None:
    user = User(secrets=(PASSPHRASE,))
    failure = await refused(
        replace(destination(sshd), keys=(keygen(sshd.folder / "locked", passphrase=PASSPHRASE),)), user
    )
    assert "locked was refused" in failure.said
    assert user.questions == []


async def test_a_key_that_is_none_is_told(sshd: Sshd, home: Path) -> None:
    broken = sshd.folder / "broken"
    broken.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nbm90aGluZw==\n-----END OPENSSH PRIVATE KEY-----\n")
    failure = await refused(replace(destination(sshd), keys=(broken,)))
    assert f"{broken} cannot be read" in failure.said
