"""The head node of a launcher's cluster, and what is said where it cannot be found."""

from __future__ import annotations

from dataclasses import dataclass

from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.launcher.cluster_file import ClusterFile

CLUSTER_TAG, KIND_TAG, STATUS_TAG = "ray-cluster-name", "ray-node-type", "ray-node-status"
HEAD_KIND, READY = "head", "up-to-date"
"""How Ray tags the machines of a cluster, whoever keeps them."""


@dataclass(frozen=True)
class Head:
    """Where the head node is: its address or name, and, where a cloud keeps it, the id of the machine there."""

    address: str
    machine_id: str | None = None


@dataclass(frozen=True)
class Machine:
    """A machine that is tagged as the head of a cluster. `since` orders machines by their age: the later the newer."""

    machine_id: str
    internal: str | None
    external: str | None
    running: bool
    status: str | None = None
    since: str = ""


class NoDirectWayError(Exception):
    """This machine has no way to ask whoever keeps the cluster: `said` why, and `advice` what would bring one."""

    def __init__(self, said: str, advice: str) -> None:
        super().__init__(said)
        self.said, self.advice = said, advice


def head_among(machines: tuple[Machine, ...], cluster: ClusterFile, searched: str) -> Head:
    """Return the head among `machines`: one that Ray has set up, then one that runs, then the newest.

    `searched` says where they were sought and by what tags. Raises `UnreachableError` where there is none, or none
    with an address of the wanted kind.
    """
    tried = looking_for(cluster)
    if not machines:
        advice = "start it with ray up, or give the head's address with --head-ip"
        raise UnreachableError(tried, f"there is none: {searched}", advice)
    chosen = max(machines, key=lambda one: (one.status == READY, one.running, one.since))
    address = chosen.internal if cluster.internal else chosen.external
    if address is not None:
        return Head(address, chosen.machine_id)
    if cluster.login.proxy_by_id and cluster.login.proxy_command:
        return Head(chosen.machine_id, chosen.machine_id)
    kind, other = ("internal", "false") if cluster.internal else ("public", "true")
    advice = f"wait until it has one, set use_internal_ips: {other} under provider, or give --head-ip"
    raise UnreachableError(tried, f"{chosen.machine_id} is the head, but has no {kind} address", advice)


def looking_for(cluster: ClusterFile) -> str:
    """Return what is tried, in words for messages."""
    return f"find the head node of the cluster {cluster.name}"
