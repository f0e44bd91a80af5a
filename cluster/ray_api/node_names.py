"""What `/api/v0/nodes` says of nodes, where the names of resources and labels are right."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from raymon_tui.cluster.model.finite import Finite
from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.ray_api.asking import ORDINARY_TIMEOUT_S, Get
from raymon_tui.cluster.ray_api.state_list import MOST_ROWS, ask_list


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
    page = await ask_list(
        get, "nodes", NamedNode, filters, limit=MOST_ROWS, detail=True, timeout_s=ORDINARY_TIMEOUT_S - 2
    )
    return {row.node_id: row for row in page.rows}
