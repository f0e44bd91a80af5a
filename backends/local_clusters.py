"""The Ray clusters whose head is this machine, found without Ray: by the command lines of their dashboards."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

FIRST_PORT, LAST_PORT = 8265, 8315
"""Where Ray looks for a free port when none is asked for."""


@dataclass(frozen=True)
class LocalCluster:
    """A running dashboard: where it listens, and what its command line says of the cluster. `started_at` in seconds."""

    host: str
    port: int
    temp_dir: str
    session_name: str
    gcs_address: str
    pid: int
    started_at: float

    @property
    def title(self) -> str:
        """What tells this cluster from others: its address, its temp dir and its session."""
        return f"{self.host}:{self.port}  {self.temp_dir}  {self.session_name}"


def find_local_clusters() -> tuple[LocalCluster, ...]:
    """Return every dashboard that runs on this machine, the newest first.

    Those inside containers are left out: their ports are not this machine's.
    """
    found = [cluster for process in _dashboards() if (cluster := _cluster_of(process)) is not None]
    return tuple(sorted(found, key=lambda cluster: -cluster.started_at))


def options_in(command_line: Sequence[str]) -> dict[str, str]:
    """Return the `--key=value` and `--key value` options of a command line, without the dashes."""
    options: dict[str, str] = {}
    for index, word in enumerate(command_line):
        if not word.startswith("--"):
            continue
        key, equals, value = word[2:].partition("=")
        following = command_line[index + 1] if index + 1 < len(command_line) else ""
        options[key] = value if equals or following.startswith("--") else following
    return options


def is_dashboard(command_line: Sequence[str]) -> bool:
    """Whether a command line is that of Ray's dashboard."""
    return any(word.endswith("/ray/dashboard/dashboard.py") for word in command_line[:4])


def _dashboards() -> Iterator[psutil.Process]:
    own = _pid_namespace("self")
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if is_dashboard(process.cmdline()) and _pid_namespace(str(process.pid)) in (own, None):
                yield process


def _pid_namespace(pid: str) -> str | None:
    """Return what names a process's pid namespace; None where the system has none, or does not tell."""
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return None


def _cluster_of(process: psutil.Process) -> LocalCluster | None:
    try:
        options, started_at = options_in(process.cmdline()), process.create_time()
    except psutil.Error:
        return None
    host = reachable(options.get("host", ""))
    port = _port_of(process, options, host)
    if port is None:
        return None
    return LocalCluster(
        host=host,
        port=port,
        temp_dir=options.get("temp-dir", ""),
        session_name=Path(options.get("session-dir", "")).name,
        gcs_address=options.get("gcs-address", ""),
        pid=process.pid,
        started_at=started_at,
    )


def reachable(host: str) -> str:
    """Return an address at which a listener on `host` answers: a listener on all addresses answers on loopback."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "localhost": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _port_of(process: psutil.Process, options: Mapping[str, str], host: str) -> int | None:
    """Return where the dashboard really listens: the port asked for may have been taken, and another one used."""
    try:
        asked = int(options.get("port", ""))
    except ValueError:
        asked = FIRST_PORT
    listening = _listening_ports(process)
    if listening is None:
        return asked if _answers(host, asked) else None
    candidates = range(asked, asked + max(1, LAST_PORT - FIRST_PORT) + 1)
    return next((port for port in candidates if port in listening), None)


def _listening_ports(process: psutil.Process) -> set[int] | None:
    """Return the process's listening ports, None where the system does not tell (another user's process)."""
    try:
        connections = process.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return None
    return {connection.laddr.port for connection in connections if connection.status == psutil.CONN_LISTEN}


def _answers(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1.0):
        return True
    return False
