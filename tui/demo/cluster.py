"""Starting the demo's cluster, and ending it with whoever asked for it."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raymon_tui.backends.errors import UnreachableError, UsageError
from raymon_tui.tui.demo.configuration import Plan, Ports

ENDS_WITHIN_S = 30.0
WORKER_PORTS = range(10002, 20000)
_FIELDS = 6


@dataclass(frozen=True)
class RunningCluster:
    """A cluster that is up."""

    host: str
    port: int
    temp_dir: Path
    gcs_address: str
    session_name: str
    ray_version: str

    @property
    def dashboard_url(self) -> str:
        """Where its dashboard is."""
        return f"http://{self.host}:{self.port}"


def plan_cluster(*, workload: str | None = "training", autoscaler: str = "v1", token: bool = False) -> Plan:
    """Return a plan with free ports and a temp dir of its own; raises `UsageError` where Ray is not installed."""
    if importlib.util.find_spec("ray") is None:
        raise UsageError("start a demo cluster", "Ray is not installed here", "pip install 'raymon-tui[demo]'")
    # Ray puts unix sockets deep below it, whose paths may have 107 bytes at most.
    temp_dir = Path(tempfile.mkdtemp(prefix="rmn-", dir="/tmp"))
    return Plan(sys.executable, temp_dir, _free_ports(), autoscaler=autoscaler, workload=workload, token=token)


@contextlib.contextmanager
def running(plan: Plan, say: Callable[[str], None] = lambda _words: None) -> Iterator[RunningCluster]:
    """Keep the planned cluster up for as long as the context is open; `say` is told what is being done.

    Raises `UnreachableError` with Ray's own words where it does not come up.
    """
    keeper = subprocess.Popen(
        [sys.executable, "-m", "raymon_tui.tui.demo.keeper", json.dumps(plan.as_json())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        ready = _await_ready(keeper, say)
        yield RunningCluster(
            host="127.0.0.1",
            port=plan.ports.dashboard,
            temp_dir=plan.temp_dir,
            gcs_address=f"127.0.0.1:{plan.ports.gcs}",
            session_name=str(ready.get("session_name", "")),
            ray_version=str(ready.get("ray_version", "")),
        )
    finally:
        _end(keeper)
        shutil.rmtree(plan.temp_dir, ignore_errors=True)


def _await_ready(keeper: subprocess.Popen[bytes], say: Callable[[str], None]) -> dict[str, Any]:
    if keeper.stdout is None:
        raise AssertionError("the keeper was started with a pipe")
    for line in keeper.stdout:
        words: dict[str, Any] = json.loads(line)
        if "doing" in words:
            say(str(words["doing"]))
        elif "failed" in words:
            raise UnreachableError("start a demo cluster", str(words["failed"]), "is there room in memory and on disk?")
        elif "ready" in words:
            return dict(words["ready"])
    raise UnreachableError("start a demo cluster", "its keeper ended", "try again; ray start --head shows more")


def _end(keeper: subprocess.Popen[bytes]) -> None:
    """Let the keeper end its cluster: it does when its standard input ends."""
    if keeper.stdin is not None:
        keeper.stdin.close()
    try:
        keeper.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        keeper.terminate()
        keeper.wait()
    if keeper.stdout is not None:
        keeper.stdout.close()


def _free_ports() -> Ports:
    with contextlib.ExitStack() as open_sockets:
        found: list[int] = []
        while len(found) < _FIELDS:
            listener = open_sockets.enter_context(socket.socket())
            listener.bind(("127.0.0.1", 0))
            port = int(listener.getsockname()[1])
            if port not in WORKER_PORTS:
                found.append(port)
    return Ports(*found)
