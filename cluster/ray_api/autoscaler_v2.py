"""Version 2 of the autoscaler, which is known by its text alone, and clusters without any autoscaler."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, NodeType, PendingNode
from raymon_tui.cluster.ray_api.autoscaler_text import StatusText

_ANONYMOUS = re.compile(r"^node_[0-9a-f]{20,}$")
"""What stands for a type on a cluster that was started without an autoscaler's configuration."""


def read_v2(status: StatusText, *, error: str | None) -> AutoscalerStatus:
    """Return what the text says; its time of report is not known."""
    return AutoscalerStatus(
        version=running_version("v2", status.active, status.idle or {}) if status.reported else None,
        node_types=node_types(status.active, status.idle, status.pending),
        pending=status.pending,
        failed=status.failed,
        demands=status.demands,
        usage=status.usage,
        error=error or status.error,
        text=status.text,
    )


def running_version(version: str, *types: Iterable[str]) -> str | None:
    """Return `version`, or None where all nodes are of anonymous types: nothing is scaled there."""
    names = [name for group in types for name in group]
    return None if names and all(_ANONYMOUS.match(name) for name in names) else version


def node_types(
    active: Mapping[str, int], idle: Mapping[str, int] | None, pending: Iterable[PendingNode]
) -> tuple[NodeType, ...]:
    """Return each type that has a node or is to get one, without the anonymous ones."""
    coming: Counter[str] = Counter()
    for node in pending:
        coming[node.node_type] += node.count
    names = dict.fromkeys((*active, *(idle or {}), *coming))
    return tuple(
        NodeType(
            name=name,
            active=active.get(name, 0),
            idle=None if idle is None else idle.get(name, 0),
            pending=coming[name],
        )
        for name in names
        if not _ANONYMOUS.match(name)
    )
