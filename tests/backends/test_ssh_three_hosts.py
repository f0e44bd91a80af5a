"""A head and two workers as three hosts with their own addresses, of which only the head can be reached from here."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import pytest
from ssh_home import destination, make_home, settings_for
from sshd import Sshd, running_sshd

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.direct import dial_directly
from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.ssh.backend import SshBackend
from raymon_tui.cluster.metrics.measure import NODE, Measure
from raymon_tui.cluster.metrics.reader import MetricsReader

HEAD, LAPTOP = "10.231.7.2", "10.231.7.1"
WORKERS = {"10.231.8.2": 11.0, "10.231.9.2": 22.0}
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


def ip(*words: str) -> None:
    subprocess.run(("ip", *words), check=True, capture_output=True)


def inside(name: str) -> tuple[str, ...]:
    return ("ip", "netns", "exec", name)


@contextmanager
def host(name: str) -> Iterator[str]:
    """Make a host; its ends of cables go with it."""
    ip("netns", "add", name)
    try:
        ip("-n", name, "link", "set", "lo", "up")
        yield name
    finally:
        ip("netns", "del", name)


def cable(near: str | None, near_ip: str, far: str, far_ip: str) -> None:
    """Lay a cable between two hosts, None being this machine, with an address at each end."""
    ends = f"v{os.getpid() % 10_000}{far_ip.split('.')[2]}"
    where = () if near is None else ("-n", near)
    ip(*where, "link", "add", f"{ends}a", "type", "veth", "peer", "name", f"{ends}b", "netns", far)
    ip(*where, "addr", "add", f"{near_ip}/24", "dev", f"{ends}a")
    ip(*where, "link", "set", f"{ends}a", "up")
    ip("-n", far, "addr", "add", f"{far_ip}/24", "dev", f"{ends}b")
    ip("-n", far, "link", "set", f"{ends}b", "up")


@pytest.fixture
def hosts() -> Iterator[dict[str, str]]:
    """Three hosts: the name of each by its address."""
    if os.getuid() != 0 or shutil.which("ip") is None:
        pytest.skip("this machine cannot make network namespaces: that takes root and iproute2")
    names = {address: f"rmn{os.getpid()}-{place}" for place, address in enumerate((HEAD, *WORKERS))}
    try:
        ip("netns", "add", f"rmn{os.getpid()}-try")
        ip("netns", "del", f"rmn{os.getpid()}-try")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this machine cannot make network namespaces: {error.stderr.decode().strip()}")
    first, second, third = (host(name) for name in names.values())
    with first, second, third:
        cable(None, LAPTOP, names[HEAD], HEAD)
        for worker in WORKERS:
            cable(names[HEAD], worker[:-1] + "1", names[worker], worker)
        with contextlib.ExitStack() as cut:
            for worker in WORKERS:
                # Whatever this machine's own network makes of addresses that it does not know.
                ip("route", "add", "unreachable", f"{worker}/32")
                cut.callback(ip, "route", "del", "unreachable", f"{worker}/32")
            yield names


@pytest.fixture
def agents(hosts: dict[str, str]) -> Iterator[None]:
    """A metrics agent on each worker."""
    started = [
        subprocess.Popen((*inside(hosts[worker]), sys.executable, "-c", AGENT, worker, str(value)))
        for worker, value in WORKERS.items()
    ]
    yield
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def sshd(hosts: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """An SSH server on the head."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    with running_sshd(folder, host=HEAD, within=inside(hosts[HEAD])) as server:
        make_home(tmp_path / "home", monkeypatch, *settings_for(server))
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
            assert found == {f"{worker}:{PORT}": value for worker, value in WORKERS.items()}
    finally:
        await backend.aclose()
