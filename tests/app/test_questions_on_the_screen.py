"""What has to be asked while a connection by SSH is made: on the screen, once, and again only when that is wanted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from code_server import asking_for_codes
from live import shows
from ssh_home import make_home, settings_for
from sshd import Sshd, free_port, keygen, running_sshd
from still import text
from textual.pilot import Pilot
from textual.widgets import Input

from raymon_tui.backends.asking import SecretQuestion
from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.resolve import resolve
from raymon_tui.backends.ssh import link as ssh_link
from raymon_tui.tui.app import MonitorApp
from raymon_tui.tui.demo.cluster import RunningCluster
from raymon_tui.tui.options import MonitorOptions
from raymon_tui.tui.questions import Questions

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder) as running:
        yield running


@pytest.fixture
def home(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that knows the server; what is to be told of a connection is told at once."""
    monkeypatch.setattr(ssh_link, "TOLD_AFTER_S", 0.0)
    return make_home(tmp_path / "home", monkeypatch, *settings_for(sshd))


@asynccontextmanager
async def watching_by_ssh(
    sshd: Sshd, *, key: Path | None = None, port: int | None = None, jump: str | None = None, user: str = ""
) -> AsyncIterator[Pilot[int]]:
    """Run the program on what is behind the server, until the block ends."""
    questions = Questions()
    connect = ConnectOptions(ssh_key=key or sshd.key, dashboard_port=port or free_port(), jump=jump, asking=questions)
    candidates = resolve(f"ssh://{user or sshd.user}@127.0.0.1:{sshd.port}", connect)
    app = MonitorApp(candidates, MonitorOptions(refresh_s=0.5, connect=connect), questions=questions)
    async with app.run_test(size=(120, 34), notifications=True) as pilot:
        yield pilot


async def stays(pilot: Pilot[int], unseen: str, rounds: int = 3) -> None:
    """Wait until the monitor has asked so many times more, and hold the screen to show nothing of what is `unseen`."""
    session = pilot.app.session  # type: ignore[attr-defined]
    for _ in range(rounds):
        heard = anyio.Event()
        end = session.monitor.listen(lambda _snapshot, _changed, heard=heard: heard.set())
        session.monitor.refresh_now()
        with anyio.fail_after(30):
            await heard.wait()
        end()
        await pilot.pause()
        assert unseen not in text(pilot.app)


async def until(happened: Callable[[], bool]) -> None:
    """Wait for what no event tells."""
    with anyio.fail_after(60):
        while not happened():  # noqa: ASYNC110
            await anyio.sleep(0.05)


async def gets_in(pilot: Pilot[int]) -> None:
    """Wait until the program has logged in, behind which there is no dashboard here: then it ends."""
    app = pilot.app
    assert isinstance(app, MonitorApp)
    await until(lambda: app.failure is not None)
    assert app.failure is not None
    assert "nothing listens there" in app.failure.said


@pytest.mark.ray
async def test_a_host_key_is_shown_with_its_fingerprint_and_once_accepted_the_cluster_is_there(
    sshd: Sshd, home: Path, ray_cluster: RunningCluster
) -> None:
    sshd.known_hosts.write_text("")
    async with watching_by_ssh(sshd, port=ray_cluster.port) as pilot:
        screen = await shows(pilot, "Is that the right one?")
        assert f"[127.0.0.1]:{sshd.port} is not known here" in screen
        assert "SHA256:" in screen
        assert "checking the host key of" in screen
        assert "◌ connecting" in screen
        await pilot.press("y")
        await shows(pilot, "● live")
    assert sshd.host_key in (home / "known_hosts_raymon").read_text()


async def test_a_no_is_kept_until_the_user_wants_to_be_asked_again(sshd: Sshd, home: Path) -> None:
    sshd.known_hosts.write_text("")
    async with watching_by_ssh(sshd) as pilot:
        await shows(pilot, "Is that the right one?")
        await pilot.press("n")
        screen = await shows(pilot, "r asks again")
        assert "✕ refused" in screen
        assert "its host key is neither known here nor accepted" in screen
        assert "trying again" not in screen
        await pilot.press("enter")
        page = await shows(pilot, "What to do")
        assert "SHA256:" in page
        assert "Compare it with the machine's own" in page
        await pilot.press("escape")
        await stays(pilot, "Is that the right one?")
        await pilot.press("r")
        await shows(pilot, "Is that the right one?")
        await pilot.press("y")
        await shows(pilot, lambda seen: "asks again" not in seen and "nothing listens there" in seen)
    assert not (home / "known_hosts").exists()


async def test_a_passphrase_is_typed_unseen_and_escape_means_that_it_is_not_given(sshd: Sshd, home: Path) -> None:
    key = keygen(sshd.folder / "guarded", passphrase=PASSPHRASE)
    (sshd.folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
    async with watching_by_ssh(sshd, key=key) as pilot:
        await shows(pilot, "Passphrase for")
        await pilot.press("escape")
        screen = await shows(pilot, "r asks again")
        assert "no passphrase was given for" in screen
        await stays(pilot, "Passphrase for")
        await pilot.press("r")
        await shows(pilot, "Passphrase for")
        await pilot.press(*"wrong", "enter")
        await shows(pilot, "That was not it")
        await pilot.press(*"correct")
        assert "correct" not in text(pilot.app)
        pilot.app.screen.query_one(Input).value = PASSPHRASE
        await pilot.press("enter")
        await shows(pilot, "nothing listens there")


async def test_a_question_of_a_jump_says_which_host_on_the_way_asks(sshd: Sshd, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "jump"
    folder.mkdir()
    with running_sshd(folder) as gate:
        (folder / "authorized_keys").write_text((sshd.folder / "user_ed25519.pub").read_text())
        config = home / "config"
        config.write_text(config.read_text() + f"  IdentityFile {sshd.key}\n")
        async with watching_by_ssh(sshd, jump=f"{gate.user}@127.0.0.1:{gate.port}") as pilot:
            screen = await shows(pilot, "Is that the right one?")
            assert f"jump 1 on the way to {sshd.user}@127.0.0.1:{sshd.port}" in screen
            assert f"[127.0.0.1]:{gate.port} is not known here" in screen
            await pilot.press("y")
            await gets_in(pilot)


async def test_codes_are_asked_for_in_the_servers_words_each_as_it_wants_it_seen(sshd: Sshd, home: Path) -> None:
    rounds = [
        ("", "A code was sent to your telephone.", []),
        ("Second step", "", [("Code: ", True), ("PIN: ", False)]),
    ]
    with asking_for_codes(rounds, ("4711", "0815"), sshd.folder / "host_ed25519") as server:
        there = Sshd(sshd.folder, server.port, 0, server.user)
        sshd.known_hosts.write_text(f"[127.0.0.1]:{server.port} {sshd.host_key}\n")
        async with watching_by_ssh(there, key=sshd.key) as pilot:
            screen = await shows(pilot, "Code:")
            assert "A code was sent to your telephone." in screen
            assert "Second step" in screen
            await pilot.press(*"4711")
            assert "4711" in text(pilot.app)
            await pilot.press("enter")
            await shows(pilot, "PIN:")
            await pilot.press(*"0815")
            assert "0815" not in text(pilot.app)
            await pilot.press("enter")
            await gets_in(pilot)
        assert server.answers == [[], ["4711", "0815"]]


async def test_what_was_typed_wrong_thrice_is_asked_again_only_when_that_is_wanted(sshd: Sshd, home: Path) -> None:
    with asking_for_codes([("", "", [("Code: ", False)])], ("4711",), sshd.folder / "host_ed25519") as server:
        there = Sshd(sshd.folder, server.port, 0, server.user)
        sshd.known_hosts.write_text(f"[127.0.0.1]:{server.port} {sshd.host_key}\n")
        async with watching_by_ssh(there, key=sshd.key) as pilot:
            for number in range(1, 4):
                await shows(pilot, "Code:")
                await pilot.press(*"wrong", "enter")
                await pilot.pause()
                await until(lambda number=number: len(server.answers) == number)
            screen = await shows(pilot, "r asks again")
            assert "the answers were refused" in screen
            await stays(pilot, "Code:")
            await pilot.press("r")
            await shows(pilot, "Code:")
            await pilot.press(*"4711", "enter")
            await until(lambda: server.answers[-1] == ["4711"])


async def test_a_key_of_several_clusters_is_unlocked_once_for_all(
    sshd: Sshd, home: Path, tmp_path: Path, ray_cluster: RunningCluster
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    key = keygen(sshd.folder / "guarded", passphrase=PASSPHRASE)
    with running_sshd(folder) as other:
        for server in (sshd, other):
            (server.folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
        questions = Questions()
        connect = ConnectOptions(
            ssh_key=key, dashboard_port=ray_cluster.port, asking=questions, accept_new_host_key=True
        )
        targets = [f"ssh://{server.user}@127.0.0.1:{server.port}" for server in (sshd, other)]
        candidates = [one for target in targets for one in resolve(target, connect)]
        options = MonitorOptions(refresh_s=0.5, connect=connect)
        app = MonitorApp(candidates, options, questions=questions, together=True)
        async with app.run_test(size=(120, 34)) as pilot:
            await shows(pilot, "Passphrase for")
            pilot.app.screen.query_one(Input).value = PASSPHRASE
            await pilot.press("enter")
            await shows(pilot, "2 live")


async def test_a_question_that_waits_before_anything_is_drawn_is_the_first_thing_on_the_screen(
    sshd: Sshd, home: Path
) -> None:
    sshd.known_hosts.write_text("")
    questions = Questions()
    connect = ConnectOptions(ssh_key=sshd.key, dashboard_port=free_port(), asking=questions)
    candidates = resolve(f"ssh://{sshd.user}@127.0.0.1:{sshd.port}", connect)
    app = MonitorApp(candidates, MonitorOptions(connect=connect), questions=questions)
    waiting = asyncio.ensure_future(questions.secret(SecretQuestion("Passphrase for what came first")))
    await asyncio.sleep(0)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Passphrase for what came first")
        await pilot.press(*"so", "enter")
        assert await waiting == "so"
        await shows(pilot, "Is that the right one?")
