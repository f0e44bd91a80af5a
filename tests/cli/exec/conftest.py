"""`raymon-tui exec` on each kind of head: here, over a real sshd, in a container behind it, and in a pod."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import docker_standin
import pytest
from here import install
from kube_api import CLUSTER, ENTER, READ, KubeApi, in_a_thread, kubeconfig
from ptys import PATIENCE_S, take_terminal
from running_exec import HERE, NO_DASHBOARD, RAYMON, Begun, Run
from ssh_home import launcher_file, make_home, settings_for
from sshd import Sshd, running_sshd


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
