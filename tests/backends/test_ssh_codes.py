"""Logging in by what a server asks at the keyboard, by somebody who takes as long as people take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from answering import PASSPHRASE, User, opened, refused, works
from code_server import CodeServer, Round, asking_for_codes
from ssh_home import destination, make_home, settings_for
from sshd import Sshd, keygen, running_sshd

from raymon_tui.backends.asking import SecretQuestion
from raymon_tui.backends.errors import DeclinedError, RefusedError, TimedOutError
from raymon_tui.backends.ssh import login
from raymon_tui.backends.ssh.description import SshDestination

CODE: Round = ("", "", [("Verification code: ", False)])


class SlowUser(User):
    """Somebody who has to look for the telephone first."""

    def __init__(self, *secrets: str, after_s: float) -> None:
        super().__init__(secrets=secrets)
        self._after_s = after_s

    async def secret(self, question: SecretQuestion) -> str | None:
        await anyio.sleep(self._after_s)
        return await super().secret(question)


@contextmanager
def server_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch, rounds: list[Round], *right: str
) -> Iterator[tuple[CodeServer, SshDestination]]:
    """Run a server that asks, at a home that knows it."""
    key = keygen(folder / "host")
    with asking_for_codes(rounds, right, key) as server:
        known = folder / "known_hosts"
        known.write_text(f"[127.0.0.1]:{server.port} {key.with_suffix('.pub').read_text()}")
        make_home(folder / "home", monkeypatch, *settings_for(Sshd(folder, server.port, 0, server.user)))
        yield server, SshDestination("127.0.0.1", server.port, server.user)


def asked(user: User) -> list[tuple[str, bool]]:
    return [(one.prompt, one.shown) for one in user.questions if isinstance(one, SecretQuestion)]


async def test_all_prompts_of_a_round_are_asked_each_as_it_wants_to_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[Round] = [
        ("Welcome", "", []),
        ("", "Two things.", [("Token: ", True), ("PIN: ", False)]),
        ("", "", []),
        ("", "", [("And the last: ", False)]),
    ]
    user = User(secrets=("4711", "0815", "yes"))
    with server_of(tmp_path, monkeypatch, rounds, "yes") as (server, where):
        async with opened(where, user) as backend:
            await backend.connect()
        assert server.answers == [[], ["4711", "0815"], [], ["yes"]]
    who = f"ann@127.0.0.1:{where.port} asks:"
    assert asked(user) == [
        (f"{who}\nWelcome\nTwo things.\nToken:", True),
        (f"{who}\nPIN:", False),
        (f"{who}\nAnd the last:", False),
    ]


async def test_a_code_is_asked_for_at_every_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = User(secrets=("1", "1"))
    with server_of(tmp_path, monkeypatch, [CODE], "1") as (_, where):
        async with opened(where, user) as backend:
            await backend.connect()
            (await backend.link.transport()).close()
            await backend.connect()
    assert len(user.questions) == 2


async def test_a_code_may_take_longer_to_type_than_a_server_may_be_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "SILENT_S", 1.0)
    with server_of(tmp_path, monkeypatch, [CODE], "1") as (_, where):
        async with opened(where, SlowUser("1", after_s=1.5)) as backend:
            await backend.connect()


async def test_a_server_that_says_nothing_to_an_answer_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "SILENT_S", 0.5)
    with server_of(tmp_path, monkeypatch, [CODE], "1") as (server, where):
        server.silent = True
        failure = await refused(where, User(secrets=("1",)))
    assert isinstance(failure, TimedOutError)
    assert "did not answer" in failure.said


async def test_wrong_codes_are_asked_for_thrice_and_none_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = User(secrets=("111", "222", "333", "444"))
    with server_of(tmp_path, monkeypatch, [CODE], "999") as (_, where):
        failure = await refused(where, user)
    assert isinstance(failure, RefusedError)
    assert failure.said == "the answers were refused"
    assert len(user.questions) == 3


async def test_who_gives_no_code_is_not_asked_again_before_wanting_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = User(secrets=(None, "1"))
    with server_of(tmp_path, monkeypatch, [CODE], "1") as (_, where):
        async with opened(where, user) as backend:
            with pytest.raises(DeclinedError, match="no answer was given"):
                await backend.connect()
            for _ in range(3):
                with pytest.raises(DeclinedError):
                    await backend.run(("true",))
            assert backend.declined
            assert len(user.questions) == 1
            await backend.connect()
            assert not backend.declined
    assert len(user.questions) == 2


async def test_a_server_that_no_longer_waits_is_told_as_such_and_what_was_typed_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder, "LoginGraceTime 1") as hasty:
        make_home(tmp_path / "home", monkeypatch, *settings_for(hasty))
        key = keygen(folder / "guarded", passphrase=PASSPHRASE)
        (folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
        user = SlowUser(PASSPHRASE, after_s=2.5)
        async with opened(replace(destination(hasty), keys=(key,)), user) as backend:
            with pytest.raises(TimedOutError, match="waited no longer for an answer") as caught:
                await backend.connect()
            assert "LoginGraceTime" in caught.value.said
            await backend.connect()
            assert await works(backend)
    assert len(user.questions) == 1
