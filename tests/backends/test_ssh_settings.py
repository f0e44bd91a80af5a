"""What the user's SSH configuration says, with OpenSSH to resolve it and without."""

from __future__ import annotations

import contextlib
import getpass
from pathlib import Path

import pytest
from answering import opened, works
from hypothesis import given
from hypothesis import strategies as st
from ssh_home import make_home
from sshd import Sshd

from raymon_tui.backends.errors import UnreachableError, UsageError
from raymon_tui.backends.ssh.description import SshDestination
from raymon_tui.backends.ssh.expanding import agent_of, path_of, tokens_of, with_tokens
from raymon_tui.backends.ssh.jumps import Jump, jumps_named, parse_jumps
from raymon_tui.backends.ssh.settings import read_settings, settings_of

TOKENS = tokens_of("head", "10.0.0.5", 2222, "ann")
ENVIRON = {"KEYS": "/keys", "SOCKET": "/run/agent", "SSH_AUTH_SOCK": "/run/usual"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/keys/%h_%r.pem", "/keys/10.0.0.5_ann.pem"),
        ("/keys/%n/%p/100%%", "/keys/head/2222/100%"),
        ("${KEYS}/%u", f"/keys/{getpass.getuser()}"),
        ("%d/key", f"{Path.home()}/key"),
        ("~/key", f"{Path.home()}/key"),
        ("${NO_SUCH_VARIABLE}/key", "${NO_SUCH_VARIABLE}/key"),
        ("/keys/%!", "/keys/%!"),
    ],
)
def test_what_stands_for_something_else_in_a_path_is_replaced(written: str, meant: str) -> None:
    assert path_of(written, TOKENS, ENVIRON) == Path(meant)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", "/run/usual"),
        ("SSH_AUTH_SOCK", "/run/usual"),
        ("none", None),
        ("$SOCKET", "/run/agent"),
        ("$NO_SUCH_VARIABLE", None),
        ("${KEYS}/%r", "/keys/ann"),
        ("/run/%r.sock", "/run/ann.sock"),
    ],
)
def test_an_agent_is_named_in_several_ways(written: str, meant: str | None) -> None:
    assert agent_of(written, TOKENS, ENVIRON) == (None if meant is None else Path(meant))


@pytest.mark.parametrize("with_openssh", [True, False])
async def test_tokens_in_the_configuration_count_whoever_resolves_it(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_openssh: bool
) -> None:
    lines = (
        *("Host head", "  HostName 127.0.0.1", f"  Port {sshd.port}", f"  User {sshd.user}"),
        "  IdentityFile ${RAYMON_TEST_KEYS}/%h_%r",
        "  UserKnownHostsFile ${RAYMON_TEST_KEYS}/known_to_%u",
        "  GlobalKnownHostsFile none",
    )
    home = make_home(tmp_path / "home", monkeypatch, *lines)
    if not with_openssh:
        monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("RAYMON_TEST_KEYS", str(home))
    (home / f"127.0.0.1_{sshd.user}").write_text(sshd.key.read_text())
    (home / f"known_to_{getpass.getuser()}").write_text(sshd.known_hosts.read_text())
    async with opened(SshDestination("head")) as backend:
        assert await works(backend)


@pytest.mark.parametrize(("alias", "called"), [("head-7", "head-7"), ("none", "head"), ("", "head")])
def test_a_file_of_known_hosts_may_be_named_after_the_name_that_its_keys_go_by(alias: str, called: str) -> None:
    told = {"userknownhostsfile": ["/keys/%k"], "hostkeyalias": [alias], "hostname": ["10.0.0.5"]}
    assert read_settings(told, "head").known_hosts == (Path("/keys") / called,)


def test_keys_of_the_usual_names_are_not_taken_for_named_ones() -> None:
    usual = read_settings({"identityfile": ["~/.ssh/id_rsa", "~/.ssh/id_ed25519"]}, "head")
    named = read_settings({"identityfile": ["~/.ssh/cluster.pem"]}, "head")
    assert (usual.names_keys, named.names_keys) == (False, True)


@pytest.mark.parametrize(
    ("said", "done"), [("accept-new", "accept"), ("true", "refuse"), ("ask", "ask"), ("false", "ask"), ("", "ask")]
)
def test_hosts_that_are_not_known_are_treated_as_the_configuration_says_but_never_waved_through(
    said: str, done: str
) -> None:
    assert read_settings({"stricthostkeychecking": [said]}, "head").new_host_keys == done


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gate", (Jump("gate"),)),
        ("ann@gate:2222,other", (Jump("gate", 2222, "ann"), Jump("other"))),
        ("ssh://ann%40corp@gate:22/, [fd00::1]:23", (Jump("gate", 22, "ann@corp"), Jump("fd00::1", 23))),
        ("fd00::1", (Jump("fd00::1"),)),
        ("ann@corp@gate", (Jump("gate", None, "ann@corp"),)),
        ("none", ()),
        ("", ()),
    ],
)
def test_jumps_are_written_as_openssh_takes_them(written: str, meant: tuple[Jump, ...]) -> None:
    assert parse_jumps(written) == meant
    assert parse_jumps(",".join(str(jump) for jump in meant)) == meant


@pytest.mark.parametrize(
    "written", ["gate:", "gate:0", "gate:x", "@gate", "a,,b", "[::1", "-oX", "ssh://", "a b", "a/b", "ssh://-x@a"]
)
def test_a_jump_that_means_nothing_is_an_error_of_usage(written: str) -> None:
    with pytest.raises(UsageError) as caught:
        jumps_named(written)
    assert caught.value.exit_code == 2
    assert "--jump user@host:port" in caught.value.advice


@given(st.text(max_size=40))
def test_whatever_is_written_is_a_jump_or_told_why_not(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert all(jump.host for jump in parse_jumps(text))


@given(st.text(max_size=60))
def test_tokens_never_fail(text: str) -> None:
    assert isinstance(with_tokens(text, TOKENS), str)


def test_a_configuration_that_openssh_does_not_take_is_told_in_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_home(tmp_path, monkeypatch, "Host *", "  NoSuchKeyword yes")
    with pytest.raises(UnreachableError) as caught:
        settings_of("head")
    assert "nosuchkeyword" in caught.value.said.lower()
    assert "~/.ssh/config" in caught.value.advice
