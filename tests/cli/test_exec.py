"""Commands on the head node, as they are run from a shell and a terminal: here, over a real sshd, in a container behind
it, and in a pod.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docker_standin
import pytest
from here import install
from kube_api import CLUSTER, ENTER, READ, KubeApi, in_a_thread, kubeconfig
from ptys import PATIENCE_S, read_until, take_terminal, terminal
from ssh_home import launcher_file, make_home, settings_for
from sshd import Sshd, running_sshd
from words import ended

Begun = Callable[..., "subprocess.Popen[bytes]"]
Run = Callable[..., tuple[int, str, str]]

HERE = "here://127.0.0.1:8265"
NO_DASHBOARD = 9
RAYMON = (sys.executable, "-m", "raymon_tui.tui")
WAITING = "while :; do sleep 0.1; done"


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("docker")


@pytest.fixture(scope="module")
def sshd(docker: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    settings = docker_standin.install(docker, docker_standin.NAME)
    with running_sshd(tmp_path_factory.mktemp("sshd"), *settings) as running:
        yield running


@pytest.fixture
def over_ssh(sshd: Sshd) -> tuple[str, ...]:
    return f"ssh://{sshd.user}@127.0.0.1:{sshd.port}", "--ssh-key", str(sshd.key)


@pytest.fixture(scope="module")
def in_container(sshd: Sshd, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    return (str(launcher_file(tmp_path_factory.mktemp("file"), sshd, docker_standin.NAME)),)


@pytest.fixture(scope="module")
def api() -> Iterator[KubeApi]:
    with in_a_thread(READ | ENTER, NO_DASHBOARD, "127.0.0.1") as server:
        yield server


@pytest.fixture(scope="module")
def in_kubernetes(api: KubeApi, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    return f"raycluster/{CLUSTER}", "--kubeconfig", str(kubeconfig(api, tmp_path_factory.mktemp("kube")))


@pytest.fixture(params=["ssh", "container", "kubernetes"])
def far(
    request: pytest.FixtureRequest,
    over_ssh: tuple[str, ...],
    in_container: tuple[str, ...],
    in_kubernetes: tuple[str, ...],
) -> tuple[str, ...]:
    return {"ssh": over_ssh, "container": in_container, "kubernetes": in_kubernetes}[request.param]


@pytest.fixture(params=["here", "ssh", "container", "kubernetes"])
def target(
    request: pytest.FixtureRequest,
    over_ssh: tuple[str, ...],
    in_container: tuple[str, ...],
    in_kubernetes: tuple[str, ...],
) -> tuple[str, ...]:
    ways = {"here": (HERE,), "ssh": over_ssh, "container": in_container, "kubernetes": in_kubernetes}
    return ways[request.param]


@pytest.fixture
def begun(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begun]:
    """Start `raymon-tui exec` with these words, and end it with the test."""
    make_home(tmp_path / "home", monkeypatch, *settings_for(sshd), f"  Port {sshd.port}")
    (tmp_path / "site").mkdir()
    monkeypatch.setenv("PYTHONPATH", install(tmp_path / "site"))
    monkeypatch.setenv("TERM", "xterm")
    running = contextlib.ExitStack()

    def begin(*words: str, **streams: int) -> subprocess.Popen[bytes]:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
        take = take_terminal if pipes["stdin"] >= 0 and os.isatty(pipes["stdin"]) else None
        argv = (*RAYMON, "exec", *words)
        process = subprocess.Popen(argv, start_new_session=True, preexec_fn=take, **pipes)  # noqa: PLW1509
        running.enter_context(process)
        running.callback(process.kill)
        return process

    with running:
        yield begin


@pytest.fixture
def run(begun: Begun) -> Run:
    """Run `raymon-tui exec` with these words; return its code, what it wrote, and what it complained of."""

    def run_to_the_end(*words: str) -> tuple[int, str, str]:
        process = begun(*words)
        out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out.decode(), err.decode()

    return run_to_the_end


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)])
def test_the_exit_code_is_that_of_the_command(run: Run, target: tuple[str, ...], script: str, code: int) -> None:
    assert run(*target, "--", "sh", "-c", script)[:2] == (code, "")


def test_what_it_writes_and_what_it_complains_of_stay_apart(run: Run, target: tuple[str, ...]) -> None:
    assert run(*target, "--", "sh", "-c", "echo out; echo err >&2") == (0, "out\n", "err\n")


def test_words_reach_the_command_as_they_are(run: Run, target: tuple[str, ...]) -> None:
    words = ("--json", "two words", "$HOME", "a'b", "", "--", "-t", "*")
    assert run(*target, "--", "printf", "%s|", *words)[1] == "".join(f"{word}|" for word in words)


def test_a_line_in_one_word_is_for_the_shell(run: Run, target: tuple[str, ...]) -> None:
    assert run(*target, "--", "echo one | tr a-z A-Z; exit 3") == (3, "ONE\n", "")


def test_all_of_a_large_output_arrives(run: Run, target: tuple[str, ...]) -> None:
    code, out, _ = run(*target, "--", "yes 0123456789 | head -c 3000000")
    assert code == 0
    assert out == ("0123456789\n" * 300_000)[:3_000_000]


def test_output_comes_while_the_command_still_runs(begun: Begun, target: tuple[str, ...]) -> None:
    process = begun(*target, "--", "echo first; cat", stdin=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"first\n"
    process.stdin.write(b"second\n")
    process.stdin.close()
    assert process.stdout.read() == b"second\n"
    assert process.wait(PATIENCE_S) == 0


def test_what_is_piped_in_reaches_the_command(begun: Begun, target: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "typed").write_text("a line\n")
    with (tmp_path / "typed").open() as typed:
        process = begun(*target, "--", "cat", stdin=typed.fileno())
        assert process.communicate(timeout=PATIENCE_S)[0] == b"a line\n"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGQUIT], ids=["INT", "QUIT"])
def test_keys_that_end_reach_the_command_which_may_make_of_them_what_it_likes(
    begun: Begun, target: tuple[str, ...], sent: signal.Signals
) -> None:
    process = begun(*target, "--", f"trap 'echo asked; exit 9' {sent.name[3:]}; echo ready; {WAITING}")
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(sent)
    assert process.stdout.read() == b"asked\n"
    assert process.wait(PATIENCE_S) == 9


async def test_ctrl_c_reaches_all_of_a_pipeline(begun: Begun, far: tuple[str, ...]) -> None:
    process = begun(*far, "--", "sh -c 'echo $$; exec sleep 600' | cat")
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 130
    await ended(pid)


async def test_the_second_ctrl_c_lets_go_of_a_command_that_does_not_care(begun: Begun, far: tuple[str, ...]) -> None:
    process = begun(*far, "--", f"trap 'echo no' INT; echo $$; {WAITING}")
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == b"no\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 130
    await ended(pid)


def test_a_signal_that_does_not_get_there_ends_nothing_and_a_second_one_lets_go(
    begun: Begun, api: KubeApi, in_kubernetes: tuple[str, ...]
) -> None:
    process = begun(*in_kubernetes, "--", "echo $$; exec sleep 600")
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    rights, api.rights = api.rights, set(READ)
    try:
        before = len(api.asked)
        process.send_signal(signal.SIGINT)
        wait_until(lambda: len(api.asked) > before)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130
    finally:
        api.rights = rights
        os.kill(pid, signal.SIGKILL)


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    until = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


async def test_who_reads_no_more_ends_the_command(begun: Begun, target: tuple[str, ...]) -> None:
    process = begun(*target, "--", "echo $$; exec yes")
    assert process.stdout is not None
    assert process.stderr is not None
    pid = int(process.stdout.readline())
    process.stdout.close()
    assert process.wait(PATIENCE_S) == 141
    assert process.stderr.read() == b""
    await ended(pid)


def test_in_a_terminal_the_command_has_its_size_and_its_keys(begun: Begun, target: tuple[str, ...]) -> None:
    with terminal() as (ours, its):
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 111, 0, 0))
        script = f"stty size; trap 'echo asked; exit 5' INT; echo ready; {WAITING}"
        process = begun("-t", *target, "--", script, stdin=its, stdout=its, stderr=its)
        assert "33 111" in read_until(ours, "ready")
        os.write(ours, b"\x03")
        assert read_until(ours, "asked").count("asked") == 1
        assert process.wait(PATIENCE_S) == 5


def test_the_terminal_is_as_it_was_afterwards(begun: Begun, far: tuple[str, ...]) -> None:
    with terminal() as (ours, its):
        before = termios.tcgetattr(its)
        assert begun("-t", *far, "--", "true", stdin=its, stdout=its, stderr=its).wait(PATIENCE_S) == 0
        assert termios.tcgetattr(its) == before
        assert ours


def test_a_terminal_that_changes_its_size_changes_that_of_the_command(begun: Begun, far: tuple[str, ...]) -> None:
    with terminal() as (ours, its):
        script = f"trap 'stty size; exit 0' WINCH; echo ready; {WAITING}"
        process = begun("-t", *far, "--", script, stdin=its, stdout=its, stderr=its)
        read_until(ours, "ready")
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 22, 77, 0, 0))
        assert "22 77" in read_until(ours, "22 77")
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP], ids=["TERM", "HUP"])
def test_in_a_terminal_signals_reach_the_command_which_may_make_of_them_what_it_likes(
    begun: Begun, target: tuple[str, ...], sent: signal.Signals
) -> None:
    with terminal() as (ours, its):
        before = termios.tcgetattr(its)
        script = f"trap 'echo asked; exit 8' {sent.name[3:]}; echo ready; {WAITING}"
        process = begun("-t", *target, "--", script, stdin=its, stdout=its, stderr=its)
        shown = read_until(ours, "ready")
        assert "raymon-tui" not in shown
        process.send_signal(sent)
        read_until(ours, "asked")
        assert process.wait(PATIENCE_S) == 8
        assert termios.tcgetattr(its) == before


async def test_in_a_terminal_the_second_term_lets_go_of_a_command_that_does_not_care(
    begun: Begun, far: tuple[str, ...]
) -> None:
    with terminal() as (ours, its):
        script = f"trap 'echo no' TERM; echo pid $$ ready; {WAITING}"
        process = begun("-t", *far, "--", script, stdin=its, stdout=its, stderr=its)
        pid = int(read_until(ours, "ready").split("pid ")[1].split()[0])
        process.send_signal(signal.SIGTERM)
        read_until(ours, "no")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 143
        await ended(pid)


async def test_a_terminal_that_is_closed_ends_the_command_and_leaves_no_traceback(
    begun: Begun, far: tuple[str, ...], tmp_path: Path
) -> None:
    ours, its = pty.openpty()
    process = begun("-t", *far, "--", f"trap '' HUP; echo pid $$ ready; {WAITING}", stdin=its, stdout=its, stderr=its)
    os.close(its)
    pid = int(read_until(ours, "ready").split("pid ")[1].split()[0])
    os.close(ours)
    assert process.wait(PATIENCE_S) == 129
    await ended(pid)
    assert not [name for _, _, names in os.walk(tmp_path) for name in names if name.startswith("crash-")]


def test_in_a_terminal_no_command_at_all_means_a_shell(begun: Begun, target: tuple[str, ...]) -> None:
    with terminal() as (ours, its):
        process = begun("-t", *target, stdin=its, stdout=its, stderr=its)
        os.write(ours, b"echo $((41+1)); exit 6\n")
        read_until(ours, "42\r")
        assert process.wait(PATIENCE_S) == 6


def test_a_program_that_is_not_there_is_told_by_its_name(run: Run, target: tuple[str, ...]) -> None:
    code, out, err = run(*target, "--", "no-such-program")
    assert (code, out) == (127, "")
    assert "no-such-program" in err


def test_a_command_in_a_container_finds_what_is_there_and_nothing_of_its_machine(
    run: Run, in_container: tuple[str, ...]
) -> None:
    code, out, err = run(*in_container, "--", "env")
    assert (code, err) == (0, "")
    assert f"{docker_standin.IN}={docker_standin.NAME}\n" in out
    assert "SSH_CONNECTION" not in out


@pytest.mark.parametrize("up", [True, False], ids=["container", "daemon"])
def test_why_a_container_cannot_be_entered_is_told_in_its_engines_own_words(
    run: Run, sshd: Sshd, docker: Path, tmp_path: Path, up: bool
) -> None:
    path, there, away = launcher_file(tmp_path, sshd, "gone"), docker / "containers", docker / "away"
    if not up:
        there.rename(away)
    try:
        code, out, err = run(str(path), "--", "ray", "status")
    finally:
        if not up:
            away.rename(there)
    assert (code, out) == (3, "")
    tried, said, advice = err.splitlines()
    assert "run ray on" in tried
    assert ("No such container: gone" if up else docker_standin.DAEMON_DOWN) in said
    assert "docker ps" in advice


def test_a_login_shell_that_lets_nobody_in_is_told_in_its_own_words(
    run: Run, in_kubernetes: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "home" / ".bash_profile").write_text("echo 'This account is locked.' >&2; exit 1\n")
    code, out, err = run(*in_kubernetes, "--", "true")
    assert (code, out) == (3, "")
    assert "This account is locked." in err


def test_ctrl_c_while_the_head_is_looked_for_ends_without_a_word(begun: Begun, tmp_path: Path) -> None:
    path = tmp_path / "cluster.yaml"
    with socket.create_server(("127.0.0.1", 0)) as coordinator:
        address = f'"127.0.0.1:{coordinator.getsockname()[1]}"'
        path.write_text(f"cluster_name: lab\nprovider: {{type: local, coordinator_address: {address}}}\n")
        process = begun(str(path), "--", "true")
        asked, _ = coordinator.accept()
        with asked:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, err.strip()) == (130, b"", b"")


def test_a_url_gives_no_way_to_run_anything(run: Run) -> None:
    code, _, err = run("http://127.0.0.1:8265", "--", "uptime")
    assert code == 2
    assert "http://127.0.0.1:8265" in err
    assert "ssh://HOST" in err


@pytest.mark.parametrize(
    ("words", "said"), [((HERE,), "none behind --"), ((HERE, "--"), "none behind --"), (("-t", HERE), "no terminal")]
)
def test_what_lacks_is_told(run: Run, words: tuple[str, ...], said: str) -> None:
    code, _, err = run(*words)
    assert code == 2
    assert said in err
