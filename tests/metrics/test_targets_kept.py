"""`raymon-tui targets` as a process, in front of a cluster that changes and breaks as a real one does not on demand."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from faults import Fault, FaultyServer, Reply, faulty

SD, NODES = "/api/prometheus/sd", "/nodes"
RAYMON = (sys.executable, "-m", "raymon_tui.tui", "targets")
AUTOSCALER, NAMED = "10.0.0.1:44217", "10.0.0.9:9400"
PATIENCE_S = 30.0


class Cluster:
    """Nodes with an agent each at port 8080, and an autoscaler that the service discovery alone knows."""

    def __init__(self) -> None:
        self.ips = ["10.0.0.1"]

    async def __call__(self, target: str) -> Reply:
        path = target.partition("?")[0]
        if path == "/api/version":
            return _json({"ray_version": "2.60.0", "session_name": "session_1"})
        if path == NODES:
            raylets = [{"nodeId": ip.replace(".", "a"), "state": "ALIVE", "metricsExportPort": 8080} for ip in self.ips]
            nodes = [{"ip": ip, "hostname": ip, "raylet": one} for ip, one in zip(self.ips, raylets, strict=True)]
            return _json({"result": True, "data": {"summary": nodes}})
        return _json([{"targets": [AUTOSCALER]}]) if path == SD else Reply(404, b"404: Not Found")


def _json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode())


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
async def server(cluster: Cluster) -> AsyncIterator[FaultyServer]:
    async with faulty(cluster) as one:
        yield one


@asynccontextmanager
async def watching(server: FaultyServer, file: Path) -> AsyncIterator[Process]:
    words = (server.url, "--watch", str(file), "--every", "1", "--metrics-target", NAMED)
    process = await asyncio.create_subprocess_exec(*RAYMON, *words, stdout=PIPE, stderr=PIPE)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def says(process: Process) -> str:
    assert process.stderr is not None
    return (await asyncio.wait_for(process.stderr.readline(), PATIENCE_S)).decode().rstrip()


def addresses(file: Path) -> set[str]:
    return {address for group in json.loads(file.read_text()) for address in group["targets"]}


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.BROKEN, Fault.MISSING, Fault.HTML])
async def test_what_was_known_before_stays_in_the_file_while_ray_says_nothing(
    server: FaultyServer, cluster: Cluster, tmp_path: Path, fault: Fault
) -> None:
    file = tmp_path / "ray.json"
    async with watching(server, file) as process:
        assert await says(process) == f"wrote {file}"
        assert addresses(file) == {"10.0.0.1:8080", AUTOSCALER, NAMED}
        server.fail(fault, SD)
        assert "keeps what was known before" in await says(process)
        cluster.ips.append("10.0.0.2")
        assert await says(process) == f"wrote {file}"
        assert addresses(file) == {"10.0.0.1:8080", "10.0.0.2:8080", AUTOSCALER, NAMED}


async def test_a_cluster_that_goes_and_comes_back_is_watched_over_few_connections(
    server: FaultyServer, cluster: Cluster, tmp_path: Path
) -> None:
    file = tmp_path / "ray.json"
    async with watching(server, file) as process:
        assert await says(process) == f"wrote {file}"
        await server.refuse()
        assert "refused" in await says(process)
        assert addresses(file) == {"10.0.0.1:8080", AUTOSCALER, NAMED}
        cluster.ips.append("10.0.0.2")
        await server.listen()
        assert await says(process) == f"wrote {file}"
        asked = server.asked[NODES]
        connected = server.connected
        await server.until(lambda: server.asked[NODES] > asked + 2)
        assert server.connected == connected


async def test_a_file_that_cannot_be_written_just_now_is_written_later_and_nothing_is_left_beside_it(
    server: FaultyServer, cluster: Cluster, tmp_path: Path
) -> None:
    file = tmp_path / "ray.json"
    async with watching(server, file) as process:
        assert await says(process) == f"wrote {file}"
        file.unlink()
        file.mkdir()
        cluster.ips.append("10.0.0.2")
        assert f"write {file}" in await says(process)
        assert names_in(tmp_path) == ["ray.json"]
        file.rmdir()
        assert await says(process) == f"wrote {file}"
        assert "10.0.0.2:8080" in addresses(file)


async def test_what_cannot_be_asked_is_told_beside_what_is_printed(server: FaultyServer) -> None:
    server.fail(Fault.TRUNCATED, SD)
    process = await asyncio.create_subprocess_exec(*RAYMON, server.url, "--format", "json", stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    assert process.returncode == 0
    assert [one["address"] for one in json.loads(out)] == ["10.0.0.1:8080"]
    assert "cut off" in err.decode()
