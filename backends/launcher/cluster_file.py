"""What a file of Ray's cluster launcher says of reaching its cluster: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from raymon_tui.backends.launcher.fields import Fields
from raymon_tui.backends.launcher.keys import default_keys
from raymon_tui.backends.launcher.providers import Provider, provider_of

DEFAULT_USER = "ubuntu"
_DASHBOARD_PORT = re.compile(r"--dashboard-port(?:=|\s+)[\"']?(\d{1,5})\b")
_DASHBOARD_HOST = re.compile(r"--dashboard-host(?:=|\s+)[\"']?([0-9A-Fa-f:.]+|localhost)\b")
_EVERYWHERE = {"0.0.0.0", "::", "localhost", "127.0.0.1"}  # noqa: S104


@dataclass(frozen=True)
class Login:
    """How the launcher logs in to the head: `private_key` as the file writes it, `default_keys` as patterns below home.

    With `proxy_by_id`, the `%h` in `proxy_command` is the machine's id in its cloud, not its address.
    """

    user: str
    private_key: str | None = None
    default_keys: tuple[str, ...] = ()
    proxy_command: str | None = None
    proxy_by_id: bool = False


@dataclass(frozen=True)
class ContainerName:
    """The container on the head in which Ray runs, and the program that enters it: `docker` or `podman`."""

    name: str
    program: str


@dataclass(frozen=True)
class DashboardPlace:
    """Where the dashboard listens on the head; no `port` where the file leaves that to Ray."""

    host: str = "127.0.0.1"
    port: int | None = None


@dataclass(frozen=True)
class ClusterFile:
    """One cluster. `internal` tells whether its head is reached at its address within the cloud's network."""

    name: str
    provider: Provider
    login: Login
    internal: bool
    container: ContainerName | None
    dashboard: DashboardPlace


def is_cluster_file(document: Mapping[str, object]) -> bool:
    """Whether a YAML document is a file of the cluster launcher."""
    return "cluster_name" in document and "provider" in document


def cluster_file_of(document: Mapping[str, object], named: str) -> ClusterFile:
    """Return what a launcher's file says, `named` being its name for messages.

    Only what is needed to reach the head is looked at. Raises `UsageError` where that is missing or of a wrong kind.
    """
    file = Fields(named, document)
    provider, auth = file.section("provider"), file.section("auth")
    user = auth.text("ssh_user") or DEFAULT_USER
    return ClusterFile(
        name=file.needed("cluster_name"),
        provider=provider_of(provider),
        login=Login(
            user=user,
            private_key=auth.text("ssh_private_key"),
            default_keys=default_keys(provider, user),
            proxy_command=auth.text("ssh_proxy_command"),
            proxy_by_id=auth.flag("ssh_proxy_use_node_id"),
        ),
        internal=provider.flag("use_internal_ips") and not provider.flag("use_external_head_ip"),
        container=_container(file),
        dashboard=_dashboard(file.texts("head_start_ray_commands")),
    )


def _container(file: Fields) -> ContainerName | None:
    """Return the head's container: what the head's node type says of it comes before what is said for all."""
    of_all = file.section("docker")
    types = file.section("available_node_types")
    head_type = file.text("head_node_type")
    of_head = types.section(head_type).section("docker") if head_type else Fields(file.named, {})
    name = of_head.text("container_name") or of_all.text("container_name")
    if name is None:
        return None
    podman = of_head if "use_podman" in of_head.values else of_all
    return ContainerName(name, "podman" if podman.flag("use_podman") else "docker")


def _dashboard(commands: tuple[str, ...]) -> DashboardPlace:
    starts = " \n ".join(command for command in commands if "--head" in command)
    port, host = _DASHBOARD_PORT.search(starts), _DASHBOARD_HOST.search(starts)
    return DashboardPlace(
        host="127.0.0.1" if host is None or host[1] in _EVERYWHERE else host[1],
        port=int(port[1]) if port and 0 < int(port[1]) <= 65535 else None,
    )
