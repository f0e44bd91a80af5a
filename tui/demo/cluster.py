"""Starting the demo's cluster, and ending it with whoever asked for it."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from raymon_tui.backends.errors import UnreachableError
from raymon_tui.tui.demo.configuration import Autoscaler, Plan, Ports, Workload, token_file
from raymon_tui.tui.demo.machine import check_machine
from raymon_tui.tui.demo.processes import end_cluster

ENDS_WITHIN_S = 30.0
SHORT_TEMP = Path("/tmp")  # noqa: S108 - what is made there is made by mkdtemp
"""Ray puts unix sockets deep below its temp dir, whose paths may have 107 bytes at most."""
PORTS = range(20_000, 32_768)
"""Above those that Ray gives its workers, below those that systems give outgoing connections."""

_TRIED = "start a small Ray cluster on this machine"


@dataclass(frozen=True)
class RunningCluster:
    """A cluster that is up. `token_file` is where its token stands, if it wants one."""

    host: str
    port: int
    temp_dir: Path
    gcs_address: str
    session_name: str
    ray_version: str
    token_file: Path | None = None

    @property
    def dashboard_url(self) -> str:
        """Where its dashboard is."""
        return f"http://{self.host}:{self.port}"

    @property
    def log(self) -> Path:
        """What `ray start` said."""
        return self.temp_dir / "start.log"


def plan_cluster(*, workload: Workload | None = "training", autoscaler: Autoscaler = "v1", token: bool = False) -> Plan:
    """Return a plan with free ports and a temp dir of its own.

    Raises `UnsupportedError` where this machine cannot hold it.
    """
    check_machine(SHORT_TEMP)
    temp_dir = Path(tempfile.mkdtemp(prefix="rmn-", dir=SHORT_TEMP))
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
            token_file=token_file(plan) if plan.token else None,
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
            raise UnreachableError(_TRIED, str(words["failed"]), "see what is wrong with: ray start --head --block")
        elif "ready" in words:
            return dict(words["ready"])
    raise UnreachableError(_TRIED, "the process that keeps it ended", "try again")


def _end(keeper: subprocess.Popen[bytes]) -> None:
    """End the input of the keeper, which then ends its cluster; if it was killed itself, end it in its place."""
    if keeper.stdin is not None:
        keeper.stdin.close()
    try:
        keeper.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        keeper.kill()
        keeper.wait()
    if keeper.returncode:
        end_cluster(keeper.pid)
    if keeper.stdout is not None:
        keeper.stdout.close()


def _free_ports() -> Ports:
    free = filter(_is_free, random.sample(PORTS, len(PORTS)))
    return Ports(*itertools.islice(free, len(fields(Ports))))


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("", port))
        except OSError:
            return False
    return True
