"""What `/api/v0/nodes` says of nodes, where the names of resources and labels are right."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.model.finite import Finite
from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.ray_api.asking import Get
from raymon_tui.cluster.ray_api.state_list import MOST_ROWS, ask_list

_TIMEOUT_S = 4.0
"""Short of what a screen waits for its nodes: they can be shown without."""


class NamedNode(Struct, frozen=True, gc=False):
    """One row of `/api/v0/nodes?detail=1`."""

    node_id: str
    node_ip: str | None = None
    is_head_node: bool | None = None
    state: str | None = None
    state_message: str | None = None
    node_name: str | None = None
    resources_total: dict[str, Finite] | None = None
    labels: dict[str, str] | None = None
    start_time_ms: Finite | None = None
    end_time_ms: Finite | None = None


async def ask_named_nodes(get: Get, filters: Sequence[Filter] = ()) -> dict[str, NamedNode]:
    """Return nodes by their id."""
    page = await ask_list(get, "nodes", NamedNode, filters, limit=MOST_ROWS, detail=True, timeout_s=_TIMEOUT_S)
    return {row.node_id: row for row in page.rows}


class NodeNames:
    """The right names of nodes' resources and labels, kept for when the State API hangs: they never change."""

    def __init__(self, get: Get) -> None:
        self._get = get
        self._kept: dict[str, NamedNode] = {}

    async def ask(self) -> dict[str, NamedNode]:
        """Return nodes by their id; from memory without a `state`, which may have changed since."""
        try:
            named = await ask_named_nodes(self._get)
        except RaymonError:
            if not self._kept:
                raise
            return dict(self._kept)
        self._kept = {
            key: NamedNode(node_id=key, resources_total=one.resources_total, labels=one.labels)
            for key, one in named.items()
        }
        return named
