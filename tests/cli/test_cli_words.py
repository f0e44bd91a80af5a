"""What the words of a command line come to, before any cluster is asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from raymon_tui.tui.cli.given import options_of
from raymon_tui.tui.cli.main import cli, run
from raymon_tui.tui.options import MonitorOptions

Program = Callable[..., "subprocess.CompletedProcess[str]"]
Understood = Callable[..., tuple[str, str | None, MonitorOptions]]

HEAVY = {"textual", "rich", "httpx", "anyio", "asyncio", "msgspec", "paramiko", "kubernetes", "plotext", "ray"}
URL = "http://10.0.0.5:8265"


@pytest.fixture
def understood(monkeypatch: pytest.MonkeyPatch) -> Understood:
    """Return what a command line is understood as: the command, the target, the options."""
    seen: list[tuple[str, str | None, MonitorOptions]] = []

    def keep(**_params: object) -> None:
        ctx = click.get_current_context()
        named = ctx.params.get("target") or None
        seen.append((ctx.command.name or "", " ".join(named) if isinstance(named, tuple) else named, options_of(ctx)))

    for command in cli.commands.values():
        monkeypatch.setattr(command, "callback", keep)

    def understand(*words: str) -> tuple[str, str | None, MonitorOptions]:
        cli.main(args=list(words), standalone_mode=False)
        return seen[-1]

    return understand


def test_no_word_at_all_is_the_live_monitor(understood: Understood) -> None:
    assert understood() == ("monitor", None, MonitorOptions())


def test_a_first_word_that_is_no_command_is_the_target_of_the_live_monitor(
    understood: Understood,
) -> None:
    assert understood(URL)[:2] == ("monitor", URL)


def test_the_live_monitor_takes_several_targets(understood: Understood) -> None:
    assert understood("one.yaml", "--ascii", "two.yaml")[:2] == ("monitor", "one.yaml two.yaml")


def test_a_command_takes_a_target_after_it(
    understood: Understood,
) -> None:
    assert understood("status", URL)[:2] == ("status", URL)


@pytest.mark.parametrize(
    "words",
    [
        ("--refresh", "5", "--ascii", URL),
        (URL, "--refresh", "5", "--ascii"),
        ("--refresh=5", URL, "--ascii"),
        ("--refresh", "9", URL, "--refresh", "5", "--ascii"),
    ],
)
def test_options_stand_before_or_after_the_target_and_the_last_one_counts(
    understood: Understood, words: tuple[str, ...]
) -> None:
    _, target, options = understood(*words)
    assert (target, options.refresh_s, options.ascii_only) == (URL, 5.0, True)


@pytest.mark.parametrize(
    "words", [("--insecure", "status", URL), ("status", "--insecure", URL), ("status", URL, "--insecure")]
)
def test_options_stand_before_or_after_the_command(understood: Understood, words: tuple[str, ...]) -> None:
    command, target, options = understood(*words)
    assert (command, target, options.connect.insecure) == ("status", URL, True)


def test_headers_add_up_wherever_they_stand(
    understood: Understood,
) -> None:
    options = understood("--header", "X-Team=infra", "status", URL, "--header", "X-Key=a=b", "--header", "X-Empty=")[2]
    assert options.connect.headers == (("X-Team", "infra"), ("X-Key", "a=b"), ("X-Empty", ""))


def test_what_is_secret_is_not_in_the_options_as_text(
    understood: Understood,
) -> None:
    assert "hunter2" not in repr(understood("--header", "X-Key=hunter2", URL)[2])


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(word: str) -> None:
    code = (
        "import json, sys\n"
        "from raymon_tui.tui.cli.main import run\n"
        f"code = run([{word!r}])\n"
        "print(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]))"
    )
    said = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True).stdout
    code, modules = json.loads(said.splitlines()[-1])
    assert code == 0
    assert not HEAVY & set(modules)


def test_a_shell_can_complete_the_commands(program: Program) -> None:
    done = program(_RAYMON_TUI_COMPLETE="bash_complete", COMP_WORDS="raymon-tui sta", COMP_CWORD="1")
    assert done.stdout.splitlines() == ["plain,status"]


def test_help_of_a_target_is_the_help_of_the_program(program: Program) -> None:
    assert program(URL, "--help").stdout == program("--help").stdout


def test_help_shows_both_forms_and_every_command(program: Program) -> None:
    said = program("--help").stdout
    assert "raymon-tui [OPTIONS] [TARGET]" in said
    assert all(command in said for command, made in cli.commands.items() if not made.hidden)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--refersh", "3"), "--refersh"),
        (("--refresh", "0.1", URL), "0.1 does not lie between 0.5 and 3600"),
        (("--refresh", "soon", URL), "'soon'"),
        (("--dashboard-port", "1.5", URL), "'1.5'"),
        (("status", "--ca-cert", "/no/such/file"), "/no/such/file"),
        (("status", URL, "more"), "more"),
        (("--header", "hunter2", URL), "must be NAME=VALUE"),
    ],
)
def test_words_that_mean_nothing_are_answered_in_three_lines(
    program: Program, words: tuple[str, ...], said: str
) -> None:
    done = program(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert said in done.stderr
    assert lines[2].startswith("  do:   ")


def test_a_target_of_no_known_form_is_answered_with_the_forms_there_are(program: Program) -> None:
    done = program("status", "no-such-form")
    assert done.returncode == 2
    assert "'no-such-form'" in done.stderr.splitlines()[0]
    assert "http(s)://" in done.stderr


def test_a_header_that_is_not_understood_is_not_repeated(program: Program) -> None:
    assert "hunter2" not in program("--header", "hunter2", URL).stderr


def test_a_word_with_control_codes_does_not_reach_the_terminal_as_it_is(program: Program) -> None:
    assert "\x1b" not in program("status", "--\x1b[31mred").stderr


def test_the_live_monitor_in_a_pipe_says_to_use_status(program: Program) -> None:
    done = program(URL)
    assert done.returncode == 2
    assert "raymon-tui status" in done.stderr.splitlines()[2]


def test_an_error_of_its_own_is_one_line_and_a_file(program: Program, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from raymon_tui.tui.cli import main\n"
        "main.status.callback = lambda **_: 1 / 0\n"
        "sys.exit(main.run(['status']))"
    )
    env = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=False, env=env)
    (kept,) = tmp_path.rglob("crash-*.log")
    assert done.returncode == 70
    assert len(done.stderr.splitlines()) == 1
    assert str(kept) in done.stderr
    assert "Traceback" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


def test_an_interruption_ends_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(**_params: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.commands["status"], "callback", interrupted)
    assert run(["status"]) == 130
    assert capsys.readouterr().err.strip() == ""
