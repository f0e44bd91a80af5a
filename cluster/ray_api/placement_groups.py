"""Placement groups; their strategy is told only while the autoscaler is asked to make room for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import structs

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.model.autoscaler import Demand
from raymon_tui.cluster.model.page import Filter, Page
from raymon_tui.cluster.model.placement_group import PlacementGroup
from raymon_tui.cluster.ray_api.asking import Get
from raymon_tui.cluster.ray_api.autoscaler import ask_autoscaler
from raymon_tui.cluster.ray_api.state_list import ask_list

_WAITING = ("PENDING", "RESCHEDULING")
_Shape = frozenset[tuple[tuple[tuple[str, float], ...], int]]


async def ask_placement_groups(get: Get, filters: Sequence[Filter], *, limit: int) -> Page[PlacementGroup]:
    """Return placement groups that pass all `filters`, with their bundles."""
    page = await ask_list(get, "placement_groups", PlacementGroup, filters, limit=limit, detail=True)
    if not any(row.state in _WAITING for row in page.rows):
        return page
    try:
        demands = (await ask_autoscaler(get)).demands
    except RaymonError:
        return page
    return structs.replace(page, rows=tuple(with_strategies(page.rows, demands)))


def with_strategies(rows: Iterable[PlacementGroup], demands: Sequence[Demand]) -> Iterable[PlacementGroup]:
    """Return `rows`, those that wait with the strategy of the one demand that has the same bundles."""
    strategies: dict[_Shape, set[str]] = {}
    for demand in demands:
        if demand.kind == "placement_group" and demand.strategy:
            strategies.setdefault(_shape_of_demand(demand), set()).add(demand.strategy)
    for row in rows:
        found = strategies.get(_shape_of_group(row), set()) if row.state in _WAITING else set()
        yield structs.replace(row, strategy=next(iter(found))) if len(found) == 1 else row


def _shape_of_demand(demand: Demand) -> _Shape:
    counts: Counter[tuple[tuple[str, float], ...]] = Counter()
    for resources, count in demand.bundles:
        counts[tuple(sorted(resources.items()))] += count
    return frozenset(counts.items())


def _shape_of_group(group: PlacementGroup) -> _Shape:
    return frozenset(Counter(tuple(sorted(bundle.unit_resources.items())) for bundle in group.bundles or ()).items())
