"""From a launcher's file to the SSH destination that its head is."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.launcher.file import LauncherFile
from raymon_tui.backends.launcher.head import find_head
from raymon_tui.backends.ssh.description import DASHBOARD, Container, SshDestination

DEFAULT_USER = "ubuntu"
_PORT = re.compile(r"--dashboard-port[= ]+['\"]?(\d{1,5})")
_MOST_KEYS = 10


def destination_of(launched: LauncherFile, options: ConnectOptions) -> SshDestination:
    """Return where the head is and how one logs in; what the command line says comes before what the file says."""
    user = options.ssh_user or launched.auth.get("ssh_user") or DEFAULT_USER
    proxy = launched.auth.get("ssh_proxy_command")
    port = options.dashboard_port or dashboard_port(launched) or DASHBOARD.port
    return SshDestination(
        host=options.head_ip or launched.cluster_name,
        user=str(user),
        keys=(options.ssh_key,) if options.ssh_key else keys_of(launched),
        jump=options.jump,
        proxy_command=str(proxy) if proxy and not options.jump else None,
        container=container_of(launched),
        dashboard=Endpoint(DASHBOARD.host, port),
        find_host=None if options.head_ip else partial(find_head, launched),
        accept_new_host_key=options.accept_new_host_key,
    )


def keys_of(launched: LauncherFile, home: Path | None = None) -> tuple[Path, ...]:
    """Return the key that the file names, else those of Ray's own making that are there."""
    if named := launched.auth.get("ssh_private_key"):
        return (Path(str(named)).expanduser(),)
    folder, provider = (home or Path.home()) / ".ssh", launched.provider
    if launched.provider_type == "aws":
        region, pair = provider.get("region"), provider.get("key_pair")
        name = pair.get("key_name") if isinstance(pair, dict) else None
        first = name or f"ray-autoscaler_{region}"
        others = (f"{name}_key-{n}" if name else f"ray-autoscaler_{n}_{region}" for n in range(1, _MOST_KEYS))
        candidates = [folder / f"{one}.pem" for one in (first, *others)]
    elif launched.provider_type == "gcp":
        candidates = sorted(
            folder.glob(f"ray-autoscaler_gcp_{provider.get('region')}_{provider.get('project_id')}*.pem")
        )
    else:
        candidates = []
    return tuple(path for path in candidates if path.is_file())


def container_of(launched: LauncherFile) -> Container | None:
    """Return the container in which Ray runs on the head."""
    name = launched.docker.get("container_name")
    return Container("podman" if launched.docker.get("use_podman") else "docker", str(name)) if name else None


def dashboard_port(launched: LauncherFile) -> int | None:
    """Return the port that the head's start command gives to the dashboard."""
    found = [int(match[1]) for command in launched.head_start_ray_commands for match in _PORT.finditer(command)]
    return found[-1] if found else None
