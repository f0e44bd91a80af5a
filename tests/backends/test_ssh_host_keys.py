"""Connecting by SSH: who is trusted."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from answering import User, opened, refused, works
from ssh_home import destination
from sshd import Sshd, keygen

from raymon_tui.backends.asking import HostKeyQuestion
from raymon_tui.backends.errors import RefusedError


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


async def test_an_accepted_key_gets_a_line_of_its_own_whatever_an_editor_left(sshd: Sshd, home: Path) -> None:
    sshd.known_hosts.write_text("")
    other = keygen(sshd.folder / "other").with_suffix(".pub").read_text().strip()
    (home / "known_hosts_raymon").write_text(f"elsewhere {other}")
    async with opened(destination(sshd), User(trusts=True)) as backend:
        assert await works(backend)
    assert (home / "known_hosts_raymon").read_text() == f"elsewhere {other}\n[127.0.0.1]:{sshd.port} {sshd.host_key}\n"


async def test_a_key_that_cannot_be_kept_is_not_trusted_and_the_file_is_named(sshd: Sshd, home: Path) -> None:
    sshd.known_hosts.write_text("")
    own = home / "known_hosts_raymon"
    own.mkdir()
    failure = await refused(replace(destination(sshd), accept_new_host_key=True))
    assert isinstance(failure, RefusedError)
    assert str(own) in failure.tried
    assert "known_hosts" in failure.advice


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


@pytest.mark.parametrize("form", ["a list", "a KRL"])
async def test_a_key_in_the_file_of_revoked_ones_is_refused_though_it_is_known(
    sshd: Sshd, home: Path, form: str
) -> None:
    other = keygen(sshd.folder / "other").with_suffix(".pub")
    file = home / "revoked"
    with (home / "config").open("a") as config:
        config.write(f"  RevokedHostKeys {file}\n")
    for public, is_refused in ((other, False), (sshd.folder / "host_ed25519.pub", True)):
        file.unlink(missing_ok=True)
        if form == "a list":
            file.write_text(f"# of hosts that are gone\n{public.read_text()}")
        else:
            subprocess.run(["ssh-keygen", "-q", "-k", "-f", str(file), str(public)], check=True)
        if is_refused:
            failure = await refused(destination(sshd), User(trusts=True))
            assert isinstance(failure, RefusedError)
            assert f"is revoked in {file}" in failure.said
        else:
            async with opened(destination(sshd)) as backend:
                assert await works(backend)


async def test_nobody_is_trusted_while_the_file_of_revoked_keys_cannot_be_read(sshd: Sshd, home: Path) -> None:
    with (home / "config").open("a") as config:
        config.write(f"  RevokedHostKeys {home / 'nowhere'}\n")
    failure = await refused(destination(sshd), User(trusts=True))
    assert isinstance(failure, RefusedError)
    assert str(home / "nowhere") in failure.tried


async def test_a_changed_key_is_told_with_each_line_that_knows_another_and_what_to_run(
    sshd: Sshd, home: Path, tmp_path: Path
) -> None:
    name = f"[127.0.0.1]:{sshd.port}"
    first, second = (keygen(sshd.folder / one).with_suffix(".pub").read_text() for one in ("first", "second"))
    with_blank = tmp_path / "known to all"
    sshd.known_hosts.write_text(f"# a comment\n{name} {first}")
    with_blank.write_text(f"other,{name} {second}")
    config = home / "config"
    config.write_text(config.read_text().replace("HostsFile none", f'HostsFile "{with_blank}"'))
    failure = await refused(destination(sshd), User(trusts=True))
    assert isinstance(failure, RefusedError)
    assert f"{sshd.known_hosts}:2" in failure.said
    assert f"{with_blank}:1" in failure.said
    for command in failure.advice.partition("made anew: ")[2].split("; "):
        subprocess.run(command, shell=True, check=True, capture_output=True)
    async with opened(destination(sshd), user := User(trusts=True)) as backend:
        assert await works(backend)
    assert len(user.questions) == 1


async def test_a_line_with_a_pattern_is_to_be_taken_out_by_hand(sshd: Sshd, home: Path) -> None:
    other = keygen(sshd.folder / "other").with_suffix(".pub").read_text()
    sshd.known_hosts.write_text(f"[127.0.0.*]:{sshd.port} {other}")
    failure = await refused(destination(sshd), User(trusts=True))
    assert f"take line 1 out of {sshd.known_hosts}" in failure.advice


async def test_what_is_known_of_a_host_all_the_same_is_told_with_the_question(sshd: Sshd, home: Path) -> None:
    other = keygen(sshd.folder / "other", kind="ecdsa").with_suffix(".pub").read_text()
    sshd.known_hosts.write_text(f"[127.0.0.1]:{sshd.port} {other}gate.example,10.0.0.9 {sshd.host_key}\n")
    user = User()
    await refused(destination(sshd), user)
    (question,) = user.questions
    assert isinstance(question, HostKeyQuestion)
    otherwise, elsewhere = question.known
    assert f"{sshd.known_hosts}:1 knows it by another key, ecdsa-sha2-nistp256 SHA256:" in otherwise
    assert elsewhere == f"{sshd.known_hosts}:2 has this very key for gate.example, 10.0.0.9"


async def test_an_authority_that_is_trusted_for_a_host_is_named_and_takes_nobodys_word(sshd: Sshd, home: Path) -> None:
    sshd.known_hosts.write_text(f"@cert-authority *:{sshd.port} {sshd.host_key}\n")
    user = User()
    await refused(destination(sshd), user)
    (question,) = user.questions
    assert isinstance(question, HostKeyQuestion)
    assert question.known == (
        f"{sshd.known_hosts}:1 trusts an authority for it, whose signature is not looked at here",
    )


async def test_a_key_that_is_known_for_the_host_on_any_port_is_known(sshd: Sshd, home: Path) -> None:
    sshd.known_hosts.write_text(f"127.0.0.1 {sshd.host_key}\n")
    async with opened(destination(sshd)) as backend:
        assert await works(backend)
    other = keygen(sshd.folder / "other").with_suffix(".pub").read_text()
    sshd.known_hosts.write_text(f"127.0.0.1 {other}")
    failure = await refused(destination(sshd), User(trusts=False))
    assert "changed" not in failure.said


@pytest.mark.parametrize(("word", "asked"), [("accept-new", 0), ("yes", 0), ("no", 1), ("ask", 1)])
async def test_the_configuration_says_whether_to_ask_and_never_that_all_are_trusted(
    sshd: Sshd, home: Path, word: str, asked: int
) -> None:
    sshd.known_hosts.write_text("")
    with (home / "config").open("a") as config:
        config.write(f"  StrictHostKeyChecking {word}\n")
    user = User(trusts=False)
    async with opened(destination(sshd), user) as backend:
        if word == "accept-new":
            assert await works(backend)
        else:
            with pytest.raises(RefusedError):
                await backend.connect()
    assert len(user.questions) == asked
