"""Signals for commands on the head node, and who ends them: here, over a real sshd, in a container, and in a pod."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from kube_api import READ, KubeApi
from ptys import PATIENCE_S
from running_exec import WAITING, Begun
from words import ended


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
