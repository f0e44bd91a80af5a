"""All nodes: what `/nodes` measures, joined with the right names from `/api/v0/nodes` and the logical resources."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from msgspec import Raw, Struct, structs

from raymon_tui.backends.errors import BadAnswerError, RaymonError, RouteMissingError
from raymon_tui.cluster.model.node import Holder, Node
from raymon_tui.cluster.ray_api.asking import Get, ask_both
from raymon_tui.cluster.ray_api.camel import named_right
from raymon_tui.cluster.ray_api.moments import seconds
from raymon_tui.cluster.ray_api.node_names import NamedNode, NodeNames
from raymon_tui.cluster.ray_api.node_summary import NodeSummary, read_node
from raymon_tui.cluster.ray_api.resource_text import read_usage
from raymon_tui.cluster.ray_api.rows import decode_into, decode_split, in_slices
from raymon_tui.cluster.ray_api.words import complaint

_PATH = "/nodes"
_STORE = "object_store_memory"
_UNMEASURED = {
    name: getattr(Node(node_id=""), name)
    for name in (
        "idle_s",
        "cpu_percent",
        "cpu_count",
        "load_1m",
        "mem_used",
        "mem_total",
        "disk_used",
        "disk_total",
        "object_store_used",
        "object_store_total",
        "spilled_bytes",
        "network_received_per_s",
        "network_sent_per_s",
        "disk_read_per_s",
        "disk_written_per_s",
        "gpus",
        "worker_count",
        "holders",
        "measured_at",
    )
}
"""What an agent measures, as nobody has measured it."""


class _Data(Struct, frozen=True, rename="camel"):
    summary: list[Raw] = []
    node_logical_resources: dict[str, str] = {}


class _Reply(Struct, frozen=True):
    data: _Data | None = None
    result: bool = True
    msg: str = ""


class _Measured(Struct, frozen=True):
    nodes: list[Node] = []
    usage: dict[str, str] = {}


async def ask_nodes(get: Get, node_names: NodeNames) -> tuple[Node, ...]:
    """Return all nodes that GCS remembers; raises what the summary's route raises.

    The State API may hang while other routes answer: without it names are the kept ones, or those in the text of the
    logical resources.
    """
    measured, named = await ask_both(partial(_ask_measured, get), node_names.ask)
    if isinstance(measured, RaymonError):
        # Names from memory tell nothing of who is alive: without the one route and the other nothing is known.
        if not isinstance(measured, RouteMissingError) or isinstance(named, RaymonError) or not _is_told(named):
            raise measured
        measured = _Measured()
    names = {} if isinstance(named, RaymonError) else named
    usage = measured.usage
    nodes = await in_slices(lambda node: with_names(node, names.pop(node.node_id, None), usage), measured.nodes)
    unmeasured = [with_names(Node(node_id=one.node_id), one, usage) for one in names.values() if one.state]
    return (*nodes, *unmeasured)


def _is_told(named: Mapping[str, NamedNode]) -> bool:
    return not named or any(one.state for one in named.values())


async def _ask_measured(get: Get) -> _Measured:
    body = await get(_PATH, {"view": "summary", "nocache": "1"})
    reply = await decode_split(body, _Reply, asked=_PATH)
    if not reply.result or reply.data is None:
        raise BadAnswerError(f"asking Ray for {_PATH}", complaint(reply.msg) or "an answer without nodes", "")
    nodes, _ = await decode_into(reply.data.summary, NodeSummary, read_node)
    return _Measured([node for node in nodes if node.node_id], reply.data.node_logical_resources)


def with_names(node: Node, named: NamedNode | None, usage_texts: Mapping[str, str]) -> Node:
    """Return `node` with its resources and labels, and with what GCS says of its life."""
    told = _with_names(node, named, usage_texts)
    # For a while Ray repeats what the agent of a node that has died measured last.
    return told if told.alive else structs.replace(told, **_UNMEASURED)


def _with_names(node: Node, named: NamedNode | None, usage_texts: Mapping[str, str]) -> Node:
    text = usage_texts.get(node.node_id)
    usage = None if text is None or not node.alive else read_usage(text)
    if named is None:
        return structs.replace(
            node,
            resources_total={name: total for name, (_, total) in (usage or {}).items()},
            resources_used=_used(usage, node),
        )
    state = named.state or node.state
    return structs.replace(
        node,
        ip=node.ip or named.node_ip or "",
        is_head=node.is_head or bool(named.is_head_node),
        state=state,
        state_message=named.state_message or node.state_message,
        start_time=node.start_time or seconds(named.start_time_ms),
        end_time=node.end_time or seconds(named.end_time_ms),
        resources_total=named.resources_total or {},
        resources_used=_used(usage, node, named.resources_total) if state == "ALIVE" else None,
        labels=named.labels or {},
        holders=tuple(_with_right_names(one, named.resources_total or {}) for one in node.holders),
    )


def _with_right_names(holder: Holder, known: Mapping[str, float]) -> Holder:
    if holder.resources.keys() <= known.keys():
        return holder
    return structs.replace(holder, resources=named_right(holder.resources, known))


def _used(
    usage: Mapping[str, tuple[float, float]] | None, node: Node, totals: Mapping[str, float] | None = None
) -> dict[str, float] | None:
    """Return what is used. The text rounds sizes: where it can be known more exactly, it is."""
    if usage is None:
        return None
    known = totals or {}
    exact = {name: known.get(name, used) if used == total else used for name, (used, total) in usage.items()}
    if _STORE in exact and node.object_store_used is not None:
        exact[_STORE] = node.object_store_used
    return exact
