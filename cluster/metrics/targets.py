"""Where metrics are: what the cluster says of its exporters, brought together."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from raymon_tui.backends.base import Endpoint
from raymon_tui.cluster.model.node import Node

Source = Literal["nodes", "service discovery", "named by the user"]


class MetricsTarget(Struct, frozen=True):
    """One exporter: `name` is the id of the node whose agent it is, else its address; `title` is what it is called.

    `source` says who told of it.
    """

    name: str
    endpoint: Endpoint
    title: str
    source: Source
    node_id: str | None = None


def endpoint_of(address: str) -> Endpoint | None:
    """Return `host:port` taken apart, the host of an IPv6 one in brackets; None where it is none."""
    host, separator, port = address.strip().rpartition(":")
    if not separator or not port.isdecimal() or not 0 < int(port) < 65536:
        return None
    bare = host.removeprefix("[").removesuffix("]")
    return Endpoint(bare, int(port)) if bare else None


def discovered(text: bytes) -> tuple[Endpoint, ...] | None:
    """Return the addresses in what Ray writes for Prometheus' file-based service discovery.

    None where it is no such thing, as a file in the middle of being written: what was known before is truer then.
    """
    try:
        groups = json.loads(text)
    except ValueError:
        return None
    if not isinstance(groups, list):
        return None
    found: dict[Endpoint, None] = {}
    for group in groups:
        targets = group.get("targets") if isinstance(group, dict) else None
        for address in targets if isinstance(targets, list) else ():
            endpoint = endpoint_of(address) if isinstance(address, str) else None
            if endpoint is not None:
                found[endpoint] = None
    return tuple(found)


def beside_agents(addresses: Iterable[Endpoint], nodes: Sequence[Node]) -> tuple[Endpoint, ...]:
    """Return the addresses that are no node's agent: of agents the nodes tell more, and dead ones are no targets."""
    agents = {Endpoint(node.ip, node.metrics_export_port) for node in nodes if node.metrics_export_port}
    return tuple(endpoint for endpoint in addresses if endpoint not in agents)


def known_targets(
    nodes: Sequence[Node], addresses: Iterable[Endpoint], named: Iterable[Endpoint] = ()
) -> tuple[MetricsTarget, ...]:
    """Return all exporters, each once: the nodes' agents, then what else the service discovery names, then the user's.

    What is known of a node is told with its agent; the autoscaler and the dashboard are exporters without a node.
    """
    found: dict[Endpoint, MetricsTarget] = {}
    for node in nodes:
        if node.alive and node.ip and node.metrics_export_port:
            endpoint = Endpoint(node.ip, node.metrics_export_port)
            title = node.hostname or node.ip
            found.setdefault(endpoint, MetricsTarget(node.node_id, endpoint, title, "nodes", node.node_id))
    sources: tuple[tuple[Iterable[Endpoint], Source], ...] = (
        (addresses, "service discovery"),
        (named, "named by the user"),
    )
    for endpoints, source in sources:
        for endpoint in endpoints:
            found.setdefault(endpoint, MetricsTarget(str(endpoint), endpoint, str(endpoint), source))
    return tuple(found.values())


def told_apart(targets: Iterable[MetricsTarget]) -> dict[str, str]:
    """Return what each exporter is called among the others, by its name.

    Hosts that bear one name are called by their address; several nodes of one host by their exporter's port too.
    """
    known = tuple(targets)
    titles = Counter(target.title for target in known)
    addresses = Counter((target.title, target.endpoint.host) for target in known)

    def called(target: MetricsTarget) -> str:
        if titles[target.title] == 1:
            return target.title
        if addresses[target.title, target.endpoint.host] == 1:
            return target.endpoint.host
        return f"{target.title}:{target.endpoint.port}"

    return {target.name: called(target) for target in known}
