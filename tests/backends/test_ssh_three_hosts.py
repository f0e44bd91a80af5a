"""A head and two workers as three hosts with their own addresses, of which only the head can be reached from here."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from ssh_home import destination, running_sshd_at_home
from sshd import Sshd
from three_hosts import HEAD, WORKERS, inside, three_hosts

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.direct import dial_directly
from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.cluster.metrics.measure import NODE, Measure
from raymon_tui.cluster.metrics.reader import MetricsReader

USED = dict(zip(WORKERS, (11.0, 22.0), strict=True))
PORT = 8080
AGENT = """
import http.server, sys
class Agent(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"ray_node_cpu_utilization {sys.argv[2]}\\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer((sys.argv[1], 8080), Agent).serve_forever()
"""

# A Ray of three hosts, in another file, has the same addresses: the two must not be there at once.
pytestmark = pytest.mark.xdist_group("ray")


@pytest.fixture
def hosts() -> Iterator[dict[str, str]]:
    """Three hosts: the name of each by its address."""
    with three_hosts() as names:
        yield names


@pytest.fixture
def agents(hosts: dict[str, str]) -> Iterator[None]:
    """A metrics agent on each worker."""
    started = [
        subprocess.Popen((*inside(hosts[worker]), sys.executable, "-c", AGENT, worker, str(value)))
        for worker, value in USED.items()
    ]
    yield
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def sshd(hosts: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """An SSH server on the head."""
    with running_sshd_at_home(tmp_path, monkeypatch, host=HEAD, within=inside(hosts[HEAD])) as server:
        yield server


@asynccontextmanager
async def read_through(backend: SshBackend) -> AsyncIterator[MetricsReader]:
    """Scrape both workers through the head; the block begins when both have answered."""
    answered = anyio.Event()

    def told() -> None:
        if all(state.state == "ok" for state in reader.states.values()):
            answered.set()

    async def nothing() -> bytes:
        return b"[]"

    reader = MetricsReader(backend, tuple, nothing, told, named=[Endpoint(worker, PORT) for worker in WORKERS])
    reader.look(seen=True)
    task = asyncio.ensure_future(reader.run())
    try:
        with anyio.fail_after(60):
            await answered.wait()
        yield reader
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.mark.usefixtures("agents")
async def test_every_nodes_metrics_are_read_though_only_the_head_can_be_reached(sshd: Sshd) -> None:
    for worker in WORKERS:
        with pytest.raises(UnreachableError):
            await dial_directly(Endpoint(worker, PORT))
    backend = SshBackend(destination(sshd), environ={})
    try:
        async with read_through(backend) as reader:
            measure = Measure(family="ray_node_cpu_utilization", fold="mean", by=(NODE,))
            found = {line.labels[0][1]: line.values[0] for line in reader.store.latest(measure, reader._clock()).lines}
            assert found == {f"{worker}:{PORT}": value for worker, value in USED.items()}
    finally:
        await backend.aclose()
