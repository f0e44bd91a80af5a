"""The Ray clusters whose head is this machine, found without Ray: by the command lines of their dashboards."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from raymon_tui.backends.sessions import port_of_session
from raymon_tui.backends.targets import bracketed

FIRST_PORT, RETRIES = 8265, 50
"""Where Ray looks for a free port when none is asked for, and how often."""
LAST_OF_ALL_PORTS = 65535


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
        """What tells this cluster from others: its address, as it can be typed, its temp dir and its session."""
        return f"http://{bracketed(self.host)}:{self.port}  {self.temp_dir}  {self.session_name}"


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
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if is_dashboard(process.cmdline()) and not _in_container(process.pid):
                yield process


def _in_container(pid: int) -> bool:
    """Whether a process has a pid of its own in a namespace inside ours, as all may read where Linux tells it.

    What `/proc/PID/ns/pid` links to is told to the process's user alone.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    pids = next((line for line in status.splitlines() if line.startswith("NSpid:")), "")
    return len(pids.split()) > 2


def _cluster_of(process: psutil.Process) -> LocalCluster | None:
    try:
        options, started_at = options_in(process.cmdline()), process.create_time()
    except psutil.Error:
        return None
    host = reachable(options.get("host", ""))
    session_name = options.get("session-name") or Path(options.get("session-dir", "")).name
    asked = ports_asked_for(options)
    listening = _listening_ports(process)
    port = (
        port_of_session(host, asked, session_name)
        if listening is None
        else next((port for port in asked if port in listening), None)
    )
    if port is None:
        return None
    return LocalCluster(
        host=host,
        port=port,
        temp_dir=options.get("temp-dir", ""),
        session_name=session_name,
        gcs_address=options.get("gcs-address", ""),
        pid=process.pid,
        started_at=started_at,
    )


def reachable(host: str) -> str:
    """Return an address at which a listener on `host` answers: a listener on all addresses answers on loopback."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "localhost": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def ports_asked_for(options: Mapping[str, str]) -> range:
    """Return the ports on which a dashboard tries to listen, in its order: where one is taken it tries the next."""
    first, retries = _number(options.get("port"), FIRST_PORT), _number(options.get("port-retries"), RETRIES)
    return range(first, min(first + retries, LAST_OF_ALL_PORTS) + 1)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else otherwise


def _listening_ports(process: psutil.Process) -> set[int] | None:
    """Return the process's listening ports, None where the system does not tell (another user's process)."""
    try:
        connections = process.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return None
    return {connection.laddr.port for connection in connections if connection.status == psutil.CONN_LISTEN}
