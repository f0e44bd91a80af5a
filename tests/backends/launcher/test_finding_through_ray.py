"""Finding the head by Ray's own program, and the order in which the ways are tried."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from raymon_tui.backends.errors import TimedOutError, UnreachableError
from raymon_tui.backends.launcher import ray_child
from raymon_tui.backends.launcher.finding import HeadFinder
from raymon_tui.backends.launcher.head import Head

MakeFinder = Callable[..., HeadFinder]

EXTERNAL = "type: external, module: of_ours.Provider"
MODULE = """
from ray.autoscaler.node_provider import NodeProvider

class Provider(NodeProvider):
    def non_terminated_nodes(self, tags):
        print("looking for", tags)
        return ["node-1"] if self.cluster_name == "one" else []

    def node_tags(self, node_id):
        return {"ray-node-status": "up-to-date"}

    def external_ip(self, node_id):
        return "10.9.8.7"
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a program `ray` into the path, and no other, that is this shell script."""

    def put(script: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "ray").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "ray").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    return put


@pytest.fixture
def external(program: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node provider of a user's own, as the Ray that is installed here loads it."""
    (tmp_path / "of_ours.py").write_text(MODULE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    program(f'exec {sys.executable} -m ray.scripts.scripts "$@"')


@pytest.mark.usefixtures("external")
async def test_a_provider_of_the_users_own_is_asked_through_ray(finder: MakeFinder) -> None:
    assert await finder(EXTERNAL).find() == Head("10.9.8.7")


@pytest.mark.usefixtures("external")
async def test_a_head_that_ray_does_not_find_is_told_in_its_words_with_the_tags(finder: MakeFinder) -> None:
    with pytest.raises(UnreachableError) as caught:
        await finder(EXTERNAL, name="another").find()
    assert "not found" in caught.value.said
    assert "ray-cluster-name=another" in caught.value.said
    assert "--head-ip" in caught.value.advice


@pytest.mark.parametrize("provider", ["type: local, head_ip: 10.0.0.1", "type: azure", EXTERNAL])
async def test_what_the_command_line_says_beats_all(finder: MakeFinder, provider: str) -> None:
    assert await finder(provider, head_ip="1.2.3.4").find() == Head("1.2.3.4")


@pytest.mark.parametrize(
    ("more", "address"),
    [
        ("", "10.0.0.1"),
        (", external_head_ip: 34.0.0.1", "34.0.0.1"),
        (", external_head_ip: 34.0.0.1, use_internal_ips: true", "10.0.0.1"),
        (", external_head_ip: 34.0.0.1, use_internal_ips: true, use_external_head_ip: true", "34.0.0.1"),
    ],
)
async def test_a_head_that_the_file_names_is_there(finder: MakeFinder, more: str, address: str) -> None:
    assert await finder(f"type: local, head_ip: 10.0.0.1{more}").find() == Head(address)


@pytest.mark.parametrize(
    ("library", "provider"),
    [("boto3", "type: aws, region: r"), ("google.auth", "type: gcp, availability_zone: a-b, project_id: p")],
)
async def test_without_the_library_that_asks_a_cloud_ray_is_asked(
    finder: MakeFinder,
    program: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    library: str,
    provider: str,
) -> None:
    forget(library, monkeypatch)
    program("echo a line before; echo; echo 10.1.1.1")
    assert await finder(provider).find() == Head("10.1.1.1")


async def test_without_the_library_and_without_ray_it_is_said_what_to_install(
    finder: MakeFinder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    forget("boto3", monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(UnreachableError) as caught:
        await finder("type: aws, region: r").find()
    assert "boto3" in caught.value.said
    assert "pip install 'raymon-tui[aws]'" in caught.value.advice
    assert "--head-ip" in caught.value.advice


async def test_ray_is_asked_for_nothing_but_the_address_and_given_the_file_as_it_was_read(
    finder: MakeFinder, program: Callable[[str], None], tmp_path: Path
) -> None:
    program(f'cp "$2" {tmp_path}/seen; stat -c %a "$2" > {tmp_path}/mode; echo "$1 $#" > {tmp_path}/words; echo head')
    await finder("type: azure, secret: hunter2").find()
    assert (tmp_path / "words").read_text() == "get-head-ip 2\n"
    assert "hunter2" in (tmp_path / "seen").read_text()
    assert (tmp_path / "mode").read_text() == "600\n"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo None", "None"),
        ("exit 3", "code 3"),
        ("printf '\\033[31mNo head\\033[0m\\n' >&2; exit 1", "No head"),
        ("echo 'not an address at all'", "not an address at all"),
        ("exec head -c 3000000 /dev/zero", "code 0"),
    ],
)
async def test_what_ray_answers_instead_of_an_address_is_told(
    finder: MakeFinder, program: Callable[[str], None], script: str, said: str
) -> None:
    program(script)
    with pytest.raises(UnreachableError) as caught:
        await finder("type: azure").find()
    assert said in caught.value.said
    assert "\x1b" not in caught.value.said


async def test_a_ray_that_never_answers_is_ended(
    finder: MakeFinder, program: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ray_child, "PATIENCE_S", 1.0)
    program(f"echo $$ > {tmp_path}/pid; exec sleep 600")
    before = time.monotonic()
    with pytest.raises(TimedOutError):
        await finder("type: azure").find()
    assert time.monotonic() - before < 60
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def forget(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a library one that is not installed here."""
    top = library.partition(".")[0]
    for name in [name for name in sys.modules if name == top or name.startswith(f"{library}.")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("aws", "gcp"):
        monkeypatch.delitem(sys.modules, f"raymon_tui.backends.launcher.{name}", raising=False)
    monkeypatch.setitem(sys.modules, library, None)
