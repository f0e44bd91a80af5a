"""The configuration file: what it says for all targets and for one, and what is said where it means nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import platformdirs
import pytest

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.resolve import Candidate
from raymon_tui.tui import opening
from raymon_tui.tui.cli import config_file, monitor
from raymon_tui.tui.cli.given import options_of
from raymon_tui.tui.cli.main import cli
from raymon_tui.tui.options import MonitorOptions

Program = Callable[..., "subprocess.CompletedProcess[str]"]
Understood = Callable[..., MonitorOptions]

DOCS = Path(__file__).parents[2] / "docs"
SECRET = "hunter2hunter2"
FILE = """
refresh = 5
read-only = true
metrics-target = ["10.0.0.1:9400"]
header = ["X-Team=infra"]
theme = "light"

[targets."prod.yaml"]
refresh = 2.5
read-only = false
many-nodes = 200
metrics-target = ["10.0.0.2:9400", "10.0.0.3:9400"]
prometheus-header = ["X-Scope-OrgID=prod"]

[targets."ssh://lab"]
ssh-user = "ubuntu"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    path.chmod(0o600)
    return path


@pytest.fixture
def understood(monkeypatch: pytest.MonkeyPatch) -> Understood:
    """Return the options that a command line comes to."""
    seen: list[MonitorOptions] = []

    def keep(**_params: object) -> None:
        ctx = click.get_current_context()
        seen.append(options_of(ctx, ctx.params.get("target")))

    monkeypatch.setattr(cli.commands["status"], "callback", keep)

    def understand(*words: str) -> MonitorOptions:
        cli.main(args=list(words), standalone_mode=False)
        return seen[-1]

    return understand


def test_what_it_says_holds_for_every_target(understood: Understood, file: Path) -> None:
    options = understood("status", "http://head", "--config", str(file))
    assert (options.refresh_s, options.read_only, options.theme) == (5.0, True, "raymon-light")
    assert options.metrics_targets == (Endpoint("10.0.0.1", 9400),)
    assert options.connect.headers == (("X-Team", "infra"),)


def test_a_targets_own_table_comes_first_for_that_target_alone(understood: Understood, file: Path) -> None:
    options = understood("--config", str(file), "status", "prod.yaml")
    assert (options.refresh_s, options.read_only, options.prometheus.many_nodes) == (2.5, False, 200)
    assert options.metrics_targets == (Endpoint("10.0.0.2", 9400), Endpoint("10.0.0.3", 9400))
    assert options.prometheus.headers == (("X-Scope-OrgID", "prod"),)
    assert options.connect.headers == (("X-Team", "infra"),)
    assert options.connect.ssh_user is None
    assert understood("--config", str(file), "status", "ssh://lab").connect.ssh_user == "ubuntu"


def test_the_command_line_wins_and_adds_to_lists(understood: Understood, file: Path) -> None:
    given = (
        "--config",
        str(file),
        "--refresh",
        "1",
        "--header",
        "X-Key=a",
        "--metrics-target",
        "h:1",
        "--theme",
        "dark",
    )
    for words in ((*given, "status", "prod.yaml"), ("status", "prod.yaml", *given)):
        options = understood(*words)
        assert (options.refresh_s, options.theme) == (1.0, "raymon-dark")
        assert options.connect.headers == (("X-Team", "infra"), ("X-Key", "a"))
        assert options.metrics_targets[-1] == Endpoint("h", 1)
        assert len(options.metrics_targets) == 3


def test_where_in_kubernetes_is_no_target_by_itself_unless_it_is_typed(understood: Understood, file: Path) -> None:
    file.write_text('namespace = "team"\n')
    connect = understood("status", "--config", str(file)).connect
    assert (connect.namespace, connect.names_kubernetes) == ("team", False)
    for word in ("-n", "--context"):
        connect = understood("status", "--config", str(file), word, "other").connect
        assert connect.names_kubernetes


def test_of_several_targets_each_has_its_own(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    seen: dict[str, MonitorOptions] = {}

    def run_monitor(
        _: object, options: MonitorOptions, __: object, own: dict[Candidate, MonitorOptions], **___: object
    ) -> int:
        seen.update({candidate.title: one for candidate, one in own.items()}, all=options)
        return 0

    monkeypatch.setattr(opening, "run_monitor", run_monitor)
    monkeypatch.setattr(monitor, "need_screen", lambda: None)
    monkeypatch.setattr(monitor, "need_keys", lambda *_: None)
    file.write_text('refresh = 5\n[targets."http://one"]\nrefresh = 9\nheader = ["X-Key=a"]\n')
    cli.main(args=["http://one", "http://two", "--config", str(file)], standalone_mode=False)
    assert {title: one.refresh_s for title, one in seen.items()} == {"http://one": 9.0, "http://two": 5.0, "all": 5.0}
    assert {title: one.connect.headers for title, one in seen.items() if one.connect.headers} == {
        "http://one": (("X-Key", "a"),)
    }


def test_it_is_looked_for_where_it_is_named_and_then_where_such_files_are(
    understood: Understood, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home" / ".config" / "raymon-tui"
    for path, seconds in ((home / "config.toml", 11), (tmp_path / "two.toml", 12), (tmp_path / "three.toml", 13)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"refresh = {seconds}\n")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv(config_file.VARIABLE)
    assert understood("status").refresh_s == 11
    monkeypatch.setenv(config_file.VARIABLE, str(tmp_path / "two.toml"))
    assert understood("status").refresh_s == 12
    assert understood("status", "--config", str(tmp_path / "three.toml")).refresh_s == 13
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "empty"))
    monkeypatch.delenv(config_file.VARIABLE)
    assert understood("status").refresh_s == 2


@pytest.mark.parametrize("named", [None, "", "/elsewhere"])
def test_such_files_are_where_other_programs_have_theirs(monkeypatch: pytest.MonkeyPatch, named: str | None) -> None:
    if named is None:
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    else:
        monkeypatch.setenv("XDG_CONFIG_HOME", named)
    assert config_file.ordinary_place() == platformdirs.user_config_path("raymon-tui") / "config.toml"


def test_paths_are_relative_to_the_file(
    understood: Understood, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for path in (tmp_path / "config" / "token", tmp_path / "home" / "id"):
        path.parent.mkdir()
        path.touch()
    file = tmp_path / "config" / "config.toml"
    file.write_text('token-file = "token"\nssh-key = "~/id"\n')
    options = understood("status", "--config", str(file))
    assert (options.connect.token_file, options.connect.ssh_key) == (file.parent / "token", tmp_path / "home" / "id")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("refresh = \nascii = true", "line 1, column 11"),
        (f'header = ["X={SECRET}"', "end of document"),
        ("refersh = 5", "refersh: there is no such key"),
        ('config = "other.toml"', "config: there is no such key"),
        ("refresh = 0.1", "refresh: 0.1 does not lie between 0.5 and 3600"),
        ('refresh = "5"', "refresh: it must be a number"),
        ("refresh = true", "refresh: it must be a number"),
        ("many-nodes = 1.5", "many-nodes: it must be a whole number"),
        ("read-only = 1", "read-only: it must be true or false"),
        (f'header = "X={SECRET}"', "header: it must be a list of strings"),
        (f'header = ["{SECRET}"]', "header: must be NAME=VALUE"),
        ('metrics-target = ["10.0.0.1"]', "metrics-target: must be HOST:PORT"),
        ('theme = "pink"', "theme: 'pink' is not one of"),
        ('kubeconfig = "/no/such/file"', "/no/such/file"),
        ("ssh-user = 5", "ssh-user: it must be a string"),
        ("targets = 5", "targets: it must hold a table for each target"),
        ('[targets]\n"prod.yaml" = 5', "targets: it must hold a table for each target"),
        ('[targets."prod.yaml"]\nrefersh = 5', '[targets."prod.yaml"] refersh: there is no such key'),
        ('[targets."prod.yaml"]\nascii = true', "it is the same for all targets"),
        ("\udcff", "UTF-8"),
        ("a = " + "[" * 20_000, "it is no TOML"),
    ],
)
def test_what_means_nothing_is_told_with_the_file_and_the_key(
    program: Program, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    path.chmod(0o600)
    done = program("status", "http://127.0.0.1:9", RAYMON_TUI_CONFIG=str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 3, done.stderr
    assert str(path) in done.stderr
    assert said in done.stderr
    assert SECRET not in done.stderr


def test_a_file_that_is_named_and_not_there_is_told(program: Program, tmp_path: Path) -> None:
    for words, env in ((("--config", "/no/such"), {}), ((), {"RAYMON_TUI_CONFIG": "/no/such"})):
        done = program("status", *words, **env)
        assert done.returncode == 2
        assert "/no/such" in done.stderr
        assert len(done.stderr.splitlines()) == 3


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, True), (0o604, True)])
def test_who_lets_others_read_headers_is_warned_and_they_are_not_told(
    program: Program, tmp_path: Path, closed_port: int, mode: int, warned: bool
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[targets.other]\nheader = ["X-Key={SECRET}"]\n')
    path.chmod(mode)
    done = program("status", f"http://127.0.0.1:{closed_port}", "--config", str(path))
    assert ("chmod 600" in done.stderr) == warned
    assert SECRET not in done.stderr
    path.write_text("refresh = 5\n")
    assert "chmod" not in program("status", f"http://127.0.0.1:{closed_port}", "--config", str(path)).stderr


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_and_version_are_there_whatever_the_file_says(program: Program, tmp_path: Path, word: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text("refresh = ")
    assert program(word, RAYMON_TUI_CONFIG=str(path)).returncode == 0


def test_without_a_file_nothing_is_imported_to_read_one(tmp_path: Path) -> None:
    code = (
        "import json, sys\n"
        "from raymon_tui.tui.cli import main\n"
        "main.cli.commands['status'].callback = lambda **_: None\n"
        "main.run(['status'])\n"
        "print(json.dumps(sorted({'tomllib', 'tomli', 'platformdirs'} & set(sys.modules))))"
    )
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True, env=env)
    assert json.loads(done.stdout) == []


def test_the_page_has_every_key_and_no_other() -> None:
    page = (DOCS / "configuration.md").read_text()
    listed = re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)
    with click.Context(cli) as ctx:
        assert sorted(listed) == sorted(config_file.keys(ctx))


def test_every_option_stands_in_the_documents() -> None:
    pages = "".join(path.read_text() for path in (*DOCS.glob("*.md"), DOCS.parent / "README.md"))
    named = {
        opt.removeprefix("--")
        for command in (cli, *cli.commands.values())
        for param in command.params
        for opt in param.opts
        if opt.startswith("--")
    }
    assert [name for name in sorted(named) if f"--{name}" not in pages and f"`{name}`" not in pages] == []
