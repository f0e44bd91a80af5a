"""The minimum and maximum of each node type, which only the autoscaler's own configuration tells."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raymon_tui.backends.base import Completed, ConnectOptions, Endpoint
from raymon_tui.backends.errors import RaymonError, UnreachableError
from raymon_tui.backends.local import LocalBackend
from raymon_tui.backends.resolve import resolve
from raymon_tui.cluster.feeds.catalogue import AUTOSCALER, NODES
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, NodeType, NodeTypeLimits, ScalingLimits
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.node_type_limits import config_path, limits_feed, read_limits, with_limits
from raymon_tui.tui.demo.cluster import RunningCluster

MONITOR = (
    "/usr/bin/python -u /opt/ray/autoscaler/_private/monitor.py --logs-dir=/tmp/ray/{}/logs{} --monitor-ip=10.0.0.1"
)
LAUNCHER_FILE = b"""
cluster_name: train
max_workers: 5
head_node_type: head
available_node_types:
  head: {resources: {CPU: 2}}
  cpu: {resources: {CPU: 2}, min_workers: 1, max_workers: 4}
  gpu: {resources: {CPU: 2, GPU: 1}}
"""


def test_a_launcher_file_gives_every_types_limits_the_head_counted_as_ray_counts_it() -> None:
    limits = read_limits(LAUNCHER_FILE)
    assert limits == ScalingLimits(
        types={
            "head": NodeTypeLimits(minimum=1, maximum=1),
            "cpu": NodeTypeLimits(minimum=1, maximum=4),
            "gpu": NodeTypeLimits(minimum=0, maximum=5),
        },
        workers=5,
    )


def test_the_json_that_ray_up_leaves_on_the_head_is_read_as_well() -> None:
    text = json.dumps({"available_node_types": {"cpu": {"min_workers": 2, "max_workers": 3}}})
    limits = read_limits(text.encode())
    assert limits is not None
    assert limits.types == {"cpu": NodeTypeLimits(minimum=2, maximum=3)}
    assert limits.workers is None


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\xff\xfe\x00",
        b"{",
        b"- a\n- b",
        b"available_node_types: 7",
        b"a: &a [*a]",
        b"!!python/object/apply:os.system ['true']",
        b"available_node_types: {cpu: " + b"[" * 5000,
    ],
)
def test_a_file_that_is_no_configuration_gives_no_limits(garbage: bytes) -> None:
    assert read_limits(garbage) is None


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_reading_fail(data: bytes) -> None:
    read_limits(data)


@pytest.mark.parametrize("value", ["many", -1, 2.5, True, None, [3]])
def test_a_limit_that_is_no_count_is_not_known(value: object) -> None:
    limits = read_limits(json.dumps({"available_node_types": {"cpu": {"max_workers": value}, "odd": 3}}).encode())
    assert limits is not None
    assert limits.types["cpu"].maximum is None
    assert limits.types["odd"] == NodeTypeLimits()


def test_of_two_clusters_on_one_machine_each_has_its_own_file() -> None:
    processes = [
        "bash",
        MONITOR.format("session_one", " --autoscaling-config=/home/ray/one.yaml"),
        MONITOR.format("session_two", " --autoscaling-config=/home/ray/my files/two.yaml"),
    ]
    assert config_path(processes, "/home/ray", "session_one") == "/home/ray/one.yaml"
    assert config_path(processes, "/home/ray", "session_two") == "/home/ray/my files/two.yaml"
    assert config_path(processes, "/home/ray", "session_three") is None
    assert config_path(processes, "/home/ray", "") is None


def test_version_2_of_the_autoscaler_is_known_by_its_own_process() -> None:
    monitor = MONITOR.replace("_private", "v2").format("session_one", " --autoscaling-config=/home/ray/one.yaml")
    assert config_path([monitor], "/home/ray", "session_one") == "/home/ray/one.yaml"


def test_a_cluster_that_was_started_by_hand_has_no_file_even_where_one_lies_about() -> None:
    assert config_path([MONITOR.format("session_one", "")], "/home/ray", "session_one") is None


def test_where_processes_are_hidden_it_is_the_file_that_ray_up_leaves() -> None:
    assert config_path(["ps"], "/home/ray", "session_one") == "/home/ray/ray_bootstrap_config.yaml"
    assert config_path([], "", "session_one") is None


def test_types_without_a_node_are_there_too_once_they_are_known() -> None:
    status = AutoscalerStatus(version="v2", node_types=(NodeType(name="cpu", active=1, idle=1),))
    limited = with_limits(status, read_limits(LAUNCHER_FILE))
    assert [(one.name, one.minimum, one.maximum, one.active, one.idle) for one in limited.node_types] == [
        ("cpu", 1, 4, 1, 1),
        ("head", 1, 1, 0, 0),
        ("gpu", 0, 5, 0, 0),
    ]
    assert limited.most_workers == 5


def test_limits_that_are_not_known_change_nothing_and_are_not_zero() -> None:
    status = AutoscalerStatus(version="v1", node_types=(NodeType(name="cpu", active=1),))
    assert with_limits(status, None) is status
    (unlisted, *_) = with_limits(status, ScalingLimits()).node_types
    assert (unlisted.minimum, unlisted.maximum) == (None, None)


def test_a_cluster_without_an_autoscaler_gets_no_node_types_from_a_file() -> None:
    status = AutoscalerStatus()
    assert with_limits(status, read_limits(LAUNCHER_FILE)) is status


class CountingBackend(LocalBackend):
    """Counts the commands that are run on the head, which can be made to fail."""

    def __init__(self, cluster: RunningCluster, fails_with: RaymonError | None = None) -> None:
        super().__init__(Endpoint(cluster.host, cluster.port), environ={})
        self.commands = 0
        self._fails_with = fails_with

    async def run(self, argv: Sequence[str], *, timeout_s: float = 30.0, limit: int = 1 << 20) -> Completed:
        self.commands += 1
        if self._fails_with is not None:
            raise self._fails_with
        return await super().run(argv, timeout_s=timeout_s, limit=limit)


async def test_a_real_cluster_tells_the_limits_that_it_was_started_with(ray_cluster: RunningCluster) -> None:
    config = json.loads((ray_cluster.temp_dir / "autoscaling.json").read_text(encoding="utf-8"))
    backend = CountingBackend(ray_cluster)
    monitor = Monitor(backend)
    try:
        snapshot = await monitor.once((AUTOSCALER, NODES))
    finally:
        await monitor.aclose()
    assert backend.commands == 1
    status = snapshot.value(AUTOSCALER)
    assert status is not None
    assert status.most_workers == config["max_workers"]
    workers = {name: one for name, one in config["available_node_types"].items() if name != config["head_node_type"]}
    known = {one.name: (one.minimum, one.maximum) for one in status.node_types}
    assert known.items() >= {(name, (one["min_workers"], one["max_workers"])) for name, one in workers.items()}
    assert known[config["head_node_type"]] == (1, 1)


async def test_a_head_that_lets_nothing_be_run_still_tells_what_its_autoscaler_reports(
    ray_cluster: RunningCluster,
) -> None:
    monitor = Monitor(CountingBackend(ray_cluster, UnreachableError("run sh", "no such program", "")))
    try:
        snapshot = await monitor.once((AUTOSCALER,))
    finally:
        await monitor.aclose()
    status = snapshot.value(AUTOSCALER)
    assert status is not None
    assert status.node_types
    assert all(one.maximum is None for one in status.node_types)
    assert all(reading.error is None for reading in snapshot.readings.values())


async def test_a_dashboard_that_is_reached_by_its_url_alone_tells_no_limits(ray_cluster: RunningCluster) -> None:
    (candidate,) = resolve(ray_cluster.dashboard_url, ConnectOptions(), {})
    backend = candidate.open()
    monitor = Monitor(backend)
    try:
        assert await limits_feed(backend).ask(monitor.api) is None
    finally:
        await monitor.aclose()


async def test_the_head_is_asked_for_limits_rarely(ray_cluster: RunningCluster) -> None:
    backend = CountingBackend(ray_cluster)
    monitor = Monitor(backend, refresh_s=0.1)
    asked, limited = 0, anyio.Event()

    def count(snapshot: object, changed: frozenset[str]) -> None:
        nonlocal asked
        asked += AUTOSCALER.name in changed
        if asked >= 4 and backend.commands:
            limited.set()

    monitor.listen(count)
    monitor.want("test", (AUTOSCALER,))
    started = time.monotonic()
    with anyio.fail_after(60.0):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(monitor.run)
            await limited.wait()
            tasks.cancel_scope.cancel()
    await monitor.aclose()
    assert backend.commands <= 1 + (time.monotonic() - started) / 3.0


def test_the_command_that_lists_processes_is_plain_enough_for_busybox(tmp_path: Path) -> None:
    """What busybox's ps does not know must lead to its own form, not to an empty answer."""
    import os
    import subprocess

    from raymon_tui.cluster.node_type_limits import PROCESSES

    ps = tmp_path / "ps"
    ps.write_text('#!/bin/sh\n[ $# = 0 ] || { echo "ps: unrecognized option" >&2; exit 1; }\necho "1 root init"\n')
    ps.chmod(0o755)
    env = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": "/home/ray"}
    done = subprocess.run(PROCESSES, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["/home/ray", "1 root init"]
    assert done.stderr == ""
