"""Version 1 of the autoscaler: exact numbers from JSON, its mangled keys replaced by names from elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from math import isclose

from msgspec import Struct

from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand, FailedNode, PendingNode
from raymon_tui.cluster.model.finite import Finite
from raymon_tui.cluster.ray_api.autoscaler_text import StatusText
from raymon_tui.cluster.ray_api.autoscaler_v2 import node_types, running_version
from raymon_tui.cluster.ray_api.camel import named_right

_OF_A_GROUP = re.compile(r"^(.+?)_group_(?:\d+_)?[0-9a-f]{20,}$")
_BUNDLE_MARK = "bundle"


class _Why(Struct, frozen=True):
    category: str | None = None
    description: str | None = None


class _Availability(Struct, frozen=True, rename="camel"):
    node_type: str | None = None
    is_available: bool | None = None
    last_checked_timestamp: Finite | None = None
    unavailable_node_information: _Why | None = None


class _Availabilities(Struct, frozen=True, rename="camel"):
    node_availabilities: dict[str, _Availability] | None = None


class _AutoscalerReport(Struct, frozen=True, rename="camel"):
    active_nodes: dict[str, int] | None = None
    idle_nodes: dict[str, int] | None = None
    pending_nodes: list[list[str]] | None = None
    pending_launches: dict[str, int] | None = None
    failed_nodes: list[list[str]] | None = None
    node_availability_summary: _Availabilities | None = None
    node_type_mapping: dict[str, str] | None = None


class _GroupDemand(Struct, frozen=True):
    bundles: list[tuple[dict[str, Finite], int]] = []
    strategy: str | None = None


class _LoadReport(Struct, frozen=True, rename="camel"):
    usage: dict[str, tuple[Finite, Finite]] | None = None
    resource_demand: list[tuple[dict[str, Finite], int]] | None = None
    pg_demand: list[tuple[_GroupDemand, int]] | None = None
    request_demand: list[tuple[dict[str, Finite], int]] | None = None
    node_types: list[tuple[dict[str, Finite], int]] | None = None


class _ClusterStatus(Struct, frozen=True, rename="camel"):
    time: Finite | None = None
    autoscaler_report: _AutoscalerReport | None = None
    load_metrics_report: _LoadReport | None = None


class V1Data(Struct, frozen=True, rename="camel"):
    """The `data` of `/api/cluster_status`; all three fields are null under version 2."""

    autoscaling_status: str | None = None
    autoscaling_error: str | None = None
    cluster_status: _ClusterStatus | None = None


def read_v1(data: V1Data, printed: StatusText) -> AutoscalerStatus:
    """Return what the report says; `printed` lends it the names of types that have no node yet."""
    status = data.cluster_status or _ClusterStatus()
    report = status.autoscaler_report or _AutoscalerReport()
    load = status.load_metrics_report or _LoadReport()
    names = (*_type_names(report), *printed.active, *(node.node_type for node in printed.pending))
    active = named_right(report.active_nodes or {}, names)
    idle = None if report.idle_nodes is None else named_right(report.idle_nodes, names)
    pending = tuple(_pending(report, names))
    return AutoscalerStatus(
        version=running_version("v1", active, idle or {}),
        reported_at=status.time,
        node_types=node_types(active, idle, pending),
        pending=pending,
        failed=tuple(_failed(report)),
        demands=tuple(_demands(load)),
        usage=_usage(load, printed),
        error=data.autoscaling_error or None,
        text=printed.text,
    )


def _type_names(report: _AutoscalerReport) -> Iterable[str]:
    yield from (report.node_type_mapping or {}).values()
    summary = report.node_availability_summary or _Availabilities()
    yield from (one.node_type for one in (summary.node_availabilities or {}).values() if one.node_type)
    yield from (row[-2] for row in report.pending_nodes or () if len(row) > 2)


def _usage(load: _LoadReport, printed: StatusText) -> dict[str, tuple[float, float]]:
    """Return (used, total) by resource, as `ray status` has it: what a placement group only reserves is not used.

    The report is more exact, but counts reservations; so its numbers serve where they are the printed ones unrounded.
    """
    names = {name for resources, _ in load.node_types or () for name in resources}
    reported = named_right(load.usage or {}, (*names, *printed.usage))
    if not printed.usage:
        return {name: pair for name, pair in reported.items() if name in names and not name.startswith("node:")}
    return {name: _unrounded(pair, reported.get(name, pair)) for name, pair in printed.usage.items()}


def _unrounded(rounded: tuple[float, float], exact: tuple[float, float]) -> tuple[float, float]:
    same = all(isclose(one, other, rel_tol=0.01) for one, other in zip(rounded, exact, strict=True))
    return exact if same else rounded


def _pending(report: _AutoscalerReport, names: Iterable[str]) -> Iterable[PendingNode]:
    for node_type, count in named_right(report.pending_launches or {}, names).items():
        yield PendingNode(node_type=node_type, count=count, status="launching")
    for row in report.pending_nodes or ():
        if len(row) > 2:
            yield PendingNode(node_type=row[-2], ip=row[-3], status=row[-1])


def _failed(report: _AutoscalerReport) -> Iterable[FailedNode]:
    for row in report.failed_nodes or ():
        if len(row) > 1:
            yield FailedNode(node_type=row[1], ip=row[0], reason="NodeTerminated")
    summary = report.node_availability_summary or _Availabilities()
    for key, one in (summary.node_availabilities or {}).items():
        if one.is_available is False:
            why = one.unavailable_node_information or _Why()
            reason = ": ".join(part for part in (why.category, why.description) if part)
            yield FailedNode(node_type=one.node_type or key, reason=reason, at=one.last_checked_timestamp)


def _demands(load: _LoadReport) -> Iterable[Demand]:
    counts: Counter[tuple[tuple[str, float], ...]] = Counter()
    for resources, count in load.resource_demand or ():
        shape = _without_group(resources)
        if shape:
            counts[tuple(sorted(shape.items()))] += count
    for key, count in counts.items():
        yield Demand(shape=dict(key), count=count)
    for group, count in load.pg_demand or ():
        shape = group.bundles[0][0] if group.bundles else {}
        yield Demand(
            shape=shape, count=count, kind="placement_group", strategy=group.strategy, bundles=tuple(group.bundles)
        )
    for resources, count in load.request_demand or ():
        yield Demand(shape=resources, count=count, kind="request")


def _without_group(resources: dict[str, float]) -> dict[str, float]:
    """Return the resources under their plain names: inside a placement group Ray asks for `CPU_group_0_<id>`."""
    shape = {}
    for name, amount in resources.items():
        found = _OF_A_GROUP.match(name)
        if found is None or found[1] != _BUNDLE_MARK:
            shape[found[1] if found else name] = amount
    return shape
