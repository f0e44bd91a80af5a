"""From a launcher's file to the SSH destination that its head is."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.launcher.cluster_file import ClusterFile, Login
from raymon_tui.backends.launcher.finding import HeadFinder
from raymon_tui.backends.launcher.keys import keys_there
from raymon_tui.backends.launcher.providers import CoordinatorProvider, LocalProvider
from raymon_tui.backends.ssh.description import DASHBOARD, Container, SshDestination
from raymon_tui.backends.ssh.detached import loop_of_caller
from raymon_tui.backends.ssh.jumps import jumps_named


def destination_of(cluster: ClusterFile, data: bytes, options: ConnectOptions) -> SshDestination:
    """Return where the head of `cluster` is and how one logs in, `data` being what its file holds.

    What the command line says comes before what the file says.
    """
    login, place = cluster.login, cluster.dashboard
    container = cluster.container
    finder = HeadFinder(cluster, data, options.head_ip)
    return SshDestination(
        host=options.head_ip or f"the head of {cluster.name}",
        user=options.ssh_user or login.user,
        keys=(options.ssh_key,) if options.ssh_key else keys_of(login),
        jumps=jumps_named(options.jump),
        proxy_command=None if options.jump else login.proxy_command,
        container=Container(container.program, container.name) if container else None,
        dashboard=Endpoint(place.host, options.dashboard_port or place.port or DASHBOARD.port),
        port_named=bool(options.dashboard_port or place.port),
        one_cluster=not isinstance(cluster.provider, LocalProvider | CoordinatorProvider),
        find_host=None if options.head_ip else partial(_find, finder),
        accept_new_host_key=options.accept_new_host_key,
    )


def keys_of(login: Login, home: Path | None = None) -> tuple[Path, ...]:
    """Return the key that the file names, else those of Ray's own making that are there."""
    if login.private_key is not None:
        return (Path(login.private_key).expanduser(),)
    return keys_there(login.default_keys, home)


def _find(finder: HeadFinder) -> str:
    """Return what a connection is made to; called in a thread of the link, and blocks."""
    loop = loop_of_caller()
    # Of a program that ends meanwhile asyncio's own way is silent; anyio's writes a traceback.
    head = asyncio.run_coroutine_threadsafe(finder.find(), loop).result()
    login = finder.cluster.login
    by_id = login.proxy_by_id and login.proxy_command is not None
    return head.machine_id if by_id and head.machine_id else head.address
