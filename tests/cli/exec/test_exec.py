"""Commands on the head node, as they are run from a shell: here, over a real sshd, in a container, and in a pod."""

from __future__ import annotations

import subprocess
from pathlib import Path

import docker_standin
import pytest
from ptys import PATIENCE_S
from running_exec import HERE, Begun, Run
from ssh_home import launcher_file
from sshd import Sshd


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
