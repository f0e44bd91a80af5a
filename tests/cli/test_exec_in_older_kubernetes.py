"""`exec` where an API server has no word for the end of an input, as before Kubernetes 1.30."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kube_api import CLUSTER, ENTER, READ, in_a_thread, kubeconfig

NO_DASHBOARD = 9
PATIENCE_S = 60.0


@pytest.fixture
def exec_words(tmp_path: Path) -> Iterator[tuple[str, ...]]:
    with in_a_thread(READ | ENTER, NO_DASHBOARD, "127.0.0.1") as api:
        api.protocols = ("v4.channel.k8s.io",)
        config = str(kubeconfig(api, tmp_path))
        yield sys.executable, "-m", "raymon_tui.tui", "exec", f"raycluster/{CLUSTER}", "--kubeconfig", config, "--"


def test_a_command_that_is_given_no_input_ends(exec_words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for path in ("/dev/null", tmp_path / "empty"):
        with Path(path).open("rb") as given:
            done = subprocess.run(
                (*exec_words, "cat"), stdin=given, capture_output=True, timeout=PATIENCE_S, check=True
            )
        assert (done.stdout, done.stderr) == (b"", b"")


def test_that_the_end_of_an_input_cannot_be_told_is_said(exec_words: tuple[str, ...]) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen((*exec_words, "cat"), stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"one\n")
        process.stdin.close()
        assert process.stdout.readline() == b"one\n"
        assert b"older than Kubernetes 1.30" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 128 + signal.SIGINT
