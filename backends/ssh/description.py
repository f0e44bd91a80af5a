"""Where a head node is and how to log in there, before any SSH configuration is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.ssh.jumps import Jump

DASHBOARD = Endpoint("127.0.0.1", 8265)


@dataclass(frozen=True)
class Container:
    """The container on the head in which Ray runs; `engine` is `docker` or `podman`."""

    engine: str
    name: str


@dataclass(frozen=True)
class SshDestination:
    """A head node. What is None or empty is left to the user's SSH configuration; `host` may be an alias there.

    `find_host` finds the head again where it may have moved (it blocks, and raises `RaymonError`); `host` is then what
    it is called until it is found. `port_named` where somebody named the dashboard's port: it is looked for where not;
    `one_cluster` where the head is no other cluster's, so that a Ray at the usual port is the one that is meant.
    """

    host: str
    port: int | None = None
    user: str | None = None
    keys: tuple[Path, ...] = ()
    jumps: tuple[Jump, ...] = ()
    proxy_command: str | None = None
    container: Container | None = None
    dashboard: Endpoint = DASHBOARD
    port_named: bool = True
    one_cluster: bool = False
    find_host: Callable[[], str] | None = None
    accept_new_host_key: bool = False

    def __str__(self) -> str:
        user = "" if self.user is None else f"{self.user}@"
        return f"{user}{self.host}" + ("" if self.port is None else f":{self.port}")
