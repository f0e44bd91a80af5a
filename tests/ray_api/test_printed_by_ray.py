"""Whatever status Ray's own formatter of version 2 prints is read back as it was."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raymon_tui.cluster.model.autoscaler import Demand
from raymon_tui.cluster.ray_api.autoscaler_text import read_status_text

schema: Any = pytest.importorskip("ray.autoscaler.v2.schema")
formatter: Any = pytest.importorskip("ray.autoscaler.v2.utils").ClusterStatusFormatter

NAMES = st.text("abcXYZ019_.-", min_size=1, max_size=12).filter(lambda name: not name.startswith("_"))
SHAPES = st.dictionaries(NAMES, st.integers(1, 64).map(float), min_size=1, max_size=3)
COUNTED = st.lists(st.tuples(SHAPES, st.integers(1, 500)), max_size=4)
STRATEGIES = st.sampled_from(["PACK", "SPREAD", "STRICT_PACK", "STRICT_SPREAD"])
GROUPS = st.dictionaries(STRATEGIES, st.lists(st.tuples(SHAPES, st.integers(1, 9)), min_size=1, max_size=3), max_size=3)
USAGE = st.dictionaries(NAMES, st.tuples(st.integers(0, 9), st.integers(1, 99)), max_size=4)


def node(kind: str, details: str = "") -> Any:
    return schema.NodeInfo(
        instance_type_name="", ray_node_type_name=kind, instance_id="i-1", ip_address="", details=details
    )


def launch(kind: str) -> Any:
    pending = schema.LaunchRequest.Status.PENDING
    return schema.LaunchRequest("", kind, count=1, state=pending, request_ts_s=0)


def bundles(counted: list[tuple[dict[str, float], int]]) -> list[Any]:
    return [schema.ResourceRequestByCount(shape, count) for shape, count in counted]


@settings(deadline=None)
@given(
    st.lists(NAMES, max_size=5), st.lists(NAMES, max_size=5), st.lists(NAMES, max_size=5), st.lists(NAMES, max_size=5)
)
def test_nodes_of_every_kind_are_read_back(
    active: list[str], idle: list[str], launching: list[str], failed: list[str]
) -> None:
    status = schema.ClusterStatus(
        active_nodes=[node(kind) for kind in active],
        idle_nodes=[node(kind) for kind in idle],
        pending_launches=[launch(kind) for kind in launching],
        pending_nodes=[node(kind, "Allocated") for kind in launching],
        failed_nodes=[node(kind) for kind in failed],
    )
    read = read_status_text(formatter.format(status))
    assert read.active == Counter(active)
    assert read.idle == Counter(idle)
    assert {one.node_type: one.count for one in read.pending if one.status == "launching"} == Counter(launching)
    assert [(one.node_type, one.ip) for one in read.pending if one.ip] == [(kind, "i-1") for kind in launching]
    assert [one.node_type for one in read.failed] == failed


@settings(deadline=None)
@given(COUNTED, COUNTED, GROUPS)
def test_demands_of_every_kind_are_read_back(
    tasks: list[tuple[dict[str, float], int]],
    requests: list[tuple[dict[str, float], int]],
    groups: dict[str, list[tuple[dict[str, float], int]]],
) -> None:
    status = schema.ClusterStatus(
        resource_demands=schema.ResourceDemandSummary(
            ray_task_actor_demand=[schema.RayTaskActorDemand(bundles(tasks))],
            cluster_constraint_demand=[schema.ClusterConstraintDemand(bundles(requests))],
            placement_group_demand=[
                schema.PlacementGroupResourceDemand(bundles(shapes), details=f"id:{strategy}|PENDING")
                for strategy, shapes in groups.items()
            ],
        )
    )
    read = read_status_text(formatter.format(status)).demands
    assert total(one for one in read if one.kind == "task_actor") == total_of(tasks)
    assert total(one for one in read if one.kind == "request") == total_of(requests)
    assert {one.strategy: list(one.bundles) for one in read if one.kind == "placement_group"} == groups


@settings(deadline=None)
@given(USAGE)
def test_usage_is_read_back(usage: dict[str, tuple[int, int]]) -> None:
    resources = [schema.ResourceUsage(name, float(total), float(used)) for name, (used, total) in usage.items()]
    read = read_status_text(formatter.format(schema.ClusterStatus(cluster_resource_usage=resources)))
    assert read.usage == usage


def total(demands: Any) -> Counter[tuple[tuple[str, float], ...]]:
    return total_of([(demand.shape, demand.count) for demand in demands if isinstance(demand, Demand)])


def total_of(counted: list[tuple[dict[str, float], int]]) -> Counter[tuple[tuple[str, float], ...]]:
    counts: Counter[tuple[tuple[str, float], ...]] = Counter()
    for shape, count in counted:
        counts[tuple(sorted(shape.items()))] += count
    return counts
