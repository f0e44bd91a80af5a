"""The monitor over SSH on a real Ray of three hosts, of which only the head can be reached: it sees each of them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import anyio
import pytest
from ssh_home import destination, running_sshd_at_home
from sshd import Sshd
from three_hosts import HEAD, WORKERS, inside, three_hosts

from raymon_tui.backends.direct import dial_directly
from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.metrics.measure import NODE, Measure
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.cluster.snapshot import Snapshot

pytestmark = [pytest.mark.ray, pytest.mark.slow]

GCS_PORT = 6379
STORE_BYTES = 80_000_000
MOUNT = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
"""Gives a host a disk of its own for what Ray keeps there."""
UP_WITHIN_S = 180.0


def start_ray(name: str, address: str, temp_dir: Path, disk: Path) -> subprocess.Popen[bytes]:
    """Start Ray on a host, which stays with whoever started it."""
    disk.mkdir()
    head = ("--head", f"--port={GCS_PORT}", "--dashboard-host=127.0.0.1", f"--temp-dir={temp_dir}")
    which = head if address == HEAD else (f"--address={HEAD}:{GCS_PORT}",)
    ray = (sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--disable-usage-stats", *which)
    size = (f"--node-ip-address={address}", "--num-cpus=1", f"--object-store-memory={STORE_BYTES}")
    mounted = ("sh", "-c", MOUNT, "sh", str(disk), str(temp_dir))
    environ = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
    with (disk / "start.log").open("wb") as log:
        return subprocess.Popen(
            (*inside(name), *mounted, *ray, *size),
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


@pytest.fixture
def hosts() -> Iterator[Mapping[str, str]]:
    """Three hosts with a Ray: the name of each by its address."""
    # Ray's sockets lie below it, whose paths may be 107 bytes long.
    with tempfile.TemporaryDirectory(prefix="rmn-", dir="/tmp") as folder, three_hosts() as names:
        temp_dir = Path(folder) / "ray"
        temp_dir.mkdir()
        started = [start_ray(name, address, temp_dir, Path(folder) / address) for address, name in names.items()]
        yield names
        for process in started:
            process.kill()
            process.wait()


@pytest.fixture
def sshd(hosts: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """An SSH server on the head."""
    with running_sshd_at_home(tmp_path, monkeypatch, host=HEAD, within=inside(hosts[HEAD])) as server:
        yield server


def alive(snapshot: Snapshot) -> dict[str, str]:
    """The address of each living node by its id."""
    return {node.node_id: node.ip for node in snapshot.value(NODES) or () if node.alive}


def measured(monitor: Monitor) -> set[str]:
    """The ids of the nodes whose agents have told their memory."""
    measure = Measure(family="ray_node_mem_total", fold="mean", by=(NODE,))
    lines = monitor.metrics.store.latest(measure, monitor.snapshot.at).lines
    return {line.labels[0][1] for line in lines if line.values[0]}


async def until_all_are_there(monitor: Monitor) -> None:
    everywhere = sorted((HEAD, *WORKERS))
    with anyio.fail_after(UP_WITHIN_S):
        while True:
            nodes = alive(monitor.snapshot)
            asked = {state.target.endpoint.host for state in monitor.metrics.states.values() if state.state == "ok"}
            if sorted(nodes.values()) == sorted(asked) == everywhere and measured(monitor) == set(nodes):
                return
            await anyio.sleep(0.2)


async def test_every_node_is_seen_and_its_agent_asked_through_the_head_alone(sshd: Sshd) -> None:
    backend = SshBackend(destination(sshd), environ={})
    monitor = Monitor(backend, refresh_s=1.0)
    monitor.want("test", (NODES,))
    monitor.metrics.look(seen=True)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(monitor.run)
            await until_all_are_there(monitor)
            tasks.cancel_scope.cancel()
        agents = [state.target.endpoint for state in monitor.metrics.states.values()]
        for agent in agents:
            if agent.host in WORKERS:
                with pytest.raises(UnreachableError):
                    await dial_directly(agent)
        assert backend.link.connected == 1
    finally:
        await monitor.aclose()
        await backend.aclose()
