"""`exec`, `doctor` and `dashboard` as whole processes, over a real OpenSSH server and in front of a real Ray."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from ssh_home import make_home, settings_for
from sshd import Sshd, keygen, running_sshd

from raymon_tui.tui.demo.cluster import RunningCluster

SSH_LINKS = ["target", "head", "tcp", "host_key", "login", "forwarding"]
LINKS = ["dashboard", "ray", "token", "nodes", "agents", "prometheus", "grafana"]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture
def start(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start `raymon-tui`; whatever of it still runs afterwards is ended."""
    make_home(tmp_path / "home", monkeypatch, *settings_for(sshd))
    started: list[subprocess.Popen[str]] = []

    def run(*words: str, text: str = "") -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "raymon_tui.tui", *words]
        pipe = subprocess.PIPE
        process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
        assert process.stdin is not None
        process.stdin.write(text)
        process.stdin.close()
        process.stdin = None
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def target(sshd: Sshd) -> tuple[str, ...]:
    return (f"ssh://{sshd.user}@127.0.0.1:{sshd.port}", "--ssh-key", str(sshd.key))


def done(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_a_commands_output_complaints_and_code_are_ours(start: Start, target: tuple[str, ...]) -> None:
    found = done(start("exec", *target, "--", "sh", "-c", "echo out; echo err >&2; exit 7"))
    assert found == (7, "out\n", "err\n")


def test_what_is_piped_in_reaches_the_command(start: Start, target: tuple[str, ...]) -> None:
    assert done(start("exec", *target, "--", "sort", text="b\na\n")) == (0, "a\nb\n", "")


def test_output_comes_while_the_command_runs_and_control_c_ends_it(start: Start, target: tuple[str, ...]) -> None:
    process = start("exec", *target, "--", "sh", "-c", "echo $$; exec sleep 600")
    assert process.stdout is not None
    there = psutil.Process(int(process.stdout.readline()))
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    there.wait(timeout=30)


def test_a_command_that_is_not_there_has_the_shells_code(start: Start, target: tuple[str, ...]) -> None:
    code, out, err = done(start("exec", *target, "--", "no-such-program"))
    assert (code, out) == (127, "")
    assert "no-such-program" in err


@pytest.mark.parametrize("words", [("ls",), ("ls", "-l", "/")])
def test_whoever_writes_a_command_as_for_ssh_is_told_where_it_goes(start: Start, words: tuple[str, ...]) -> None:
    code, out, err = done(start("exec", "ssh://head", *words))
    assert (code, out) == (2, "")
    assert "raymon-tui exec TARGET -- COMMAND" in err


def test_a_host_that_is_not_reached_is_named_once_and_not_taken_for_the_dashboard(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, _, err = done(start("status", f"ssh://{address}"))
    assert code == 3
    assert err.count(address) == 1
    assert "said: SSH server: Connection refused" in err


def test_an_address_alone_gives_no_way_to_run_anything(start: Start) -> None:
    code, _, err = done(start("exec", "http://127.0.0.1:9", "--", "ls"))
    assert code == 2
    assert "FILE.yaml" in err


@pytest.mark.ray
def test_a_sound_chain_is_told_link_by_link(start: Start, target: tuple[str, ...], ray_cluster: RunningCluster) -> None:
    code, out, err = done(start("doctor", *target, "--dashboard-port", str(ray_cluster.port)))
    assert code == 0, out + err
    for words in ("login as", "host key of", ray_cluster.ray_version, ray_cluster.session_name, "alive"):
        assert words in out
    agents = next(line for line in out.splitlines() if "metrics agents" in line)
    answered, _, there = agents.split("  ")[-1].partition(" of ")
    assert int(answered) == int(there.split()[0]) >= 1


def test_the_first_broken_link_gives_its_code_and_says_what_to_do(start: Start, target: tuple[str, ...]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        code, out, _ = done(start("doctor", *target, "--json", "--dashboard-port", str(taken.getsockname()[1])))
    assert code == 3
    checks = {check["id"]: check for check in json.loads(out)}
    assert list(checks) == [*SSH_LINKS, *LINKS]
    assert all(checks[link]["holds"] and checks[link]["took_s"] >= 0 for link in SSH_LINKS)
    assert checks["dashboard"]["holds"] is False
    assert checks["dashboard"]["advice"]
    assert not any(checks[link]["tried"] for link in LINKS[1:])


@pytest.mark.parametrize(("through", "broken"), [("known", "jump1_login"), ("stranger", "jump1_host_key")])
def test_the_broken_link_of_a_jump_is_told(start: Start, sshd: Sshd, tmp_path: Path, through: str, broken: str) -> None:
    config = tmp_path / "home" / ".ssh" / "config"
    known = sshd.known_hosts if through == "known" else "none"
    config.write_text(f"Host *\n  UserKnownHostsFile {known}\n  GlobalKnownHostsFile none\n")
    words = (f"ssh://{sshd.user}@127.0.0.1:9", "--jump", f"{sshd.user}@127.0.0.1:{sshd.port}", "--json")
    code, out, _ = done(start("doctor", *words))
    assert code == 4
    checks = {check["id"]: check for check in json.loads(out)}
    assert checks["jump1_tcp"]["holds"]
    assert [id_ for id_, check in checks.items() if check["holds"] is False] == [broken]
    assert not checks["tcp"]["tried"]


def test_a_server_that_forbids_forwarding_is_told_by_a_link_of_its_own(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder, "AllowTcpForwarding no") as sshd, socket.socket() as taken:
        make_home(tmp_path / "home", monkeypatch, *settings_for(sshd))
        taken.bind(("127.0.0.1", 0))
        words = (f"ssh://{sshd.user}@127.0.0.1:{sshd.port}", "--ssh-key", str(sshd.key))
        code, out, _ = done(start("doctor", *words, "--json", "--dashboard-port", str(taken.getsockname()[1])))
    assert code == 3
    checks = {check["id"]: check for check in json.loads(out)}
    assert (checks["forwarding"]["holds"], checks["forwarding"]["tried"]) == (None, True)
    assert "forbids" in checks["forwarding"]["said"]
    assert checks["dashboard"]["holds"] is False


def test_a_changed_host_key_is_told_whole_however_long_the_path_is(
    start: Start, sshd: Sshd, target: tuple[str, ...], tmp_path: Path
) -> None:
    known = tmp_path / ("deep" * 20) / "known_hosts"
    known.parent.mkdir()
    other = keygen(tmp_path / "other").with_suffix(".pub").read_text()
    known.write_text(f"[127.0.0.1]:{sshd.port} {other}")
    (tmp_path / "home" / ".ssh" / "config").write_text(
        f"Host *\n  UserKnownHostsFile {known}\n  GlobalKnownHostsFile none\n"
    )
    code, out, _ = done(start("doctor", *target))
    assert code == 4
    assert f"check that [127.0.0.1]:{sshd.port} is who it was  " in out
    assert f"{known}:1\n" in out
    assert f"-f {known}\n" in out


def test_a_login_that_is_refused_ends_the_chain(start: Start, sshd: Sshd) -> None:
    wrong = ("--ssh-key", str(sshd.folder / "host_ed25519"))
    code, out, _ = done(start("doctor", f"ssh://{sshd.user}@127.0.0.1:{sshd.port}", *wrong))
    assert code == 4
    assert "✕ log in" in out


@pytest.mark.ray
def test_the_dashboard_is_behind_a_port_of_loopback_alone(
    start: Start, target: tuple[str, ...], ray_cluster: RunningCluster
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = taken.getsockname()[1]
        words = ("dashboard", *target, "--dashboard-port", str(ray_cluster.port), "-p", str(wanted), "--no-browser")
        process = start(*words)
        assert process.stdout is not None
        url = process.stdout.readline().split()[0]
    assert not url.endswith(f":{wanted}")
    assert httpx.get(f"{url}/api/version").json()["session_name"] == ray_cluster.session_name
    listening = [one.laddr.ip for one in psutil.Process(process.pid).net_connections("tcp") if one.status == "LISTEN"]
    assert listening == ["127.0.0.1"]
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
