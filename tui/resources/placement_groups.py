"""How a placement group looks in a list and in full, and why it waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from raymon_tui.cluster.findings.verdict import unplaceable
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.model.placement_group import Bundle, PlacementGroup
from raymon_tui.cluster.totals import alive
from raymon_tui.tui.resources.cells import ago, clock, counted, number_column, stated, text_column
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, piece
from raymon_tui.widgets.numbers import count, shape
from raymon_tui.widgets.table.column import Column, Moment

WAITING = ("PENDING", "PREPARED", "RESCHEDULING")
_ORDER = ("PENDING", "PREPARED", "RESCHEDULING", "CREATED")
_MOST_BUNDLES = 500

_SCHEDULING = {
    "QUEUED": "waits for its turn to be placed",
    "SCHEDULING_STARTED": "being placed",
    "NO_RESOURCES": "not enough of the nodes is free now",
    "FAILED_TO_COMMIT_RESOURCES": "a node that was chosen could not keep its part; tried again",
}


class GroupRow(NamedTuple):
    """A placement group and why it waits."""

    group: PlacementGroup
    why: str


def rows_of(groups: Iterable[PlacementGroup], nodes: Sequence[Node] | None) -> list[GroupRow]:
    """Return those that wait first, then those in place, then the removed ones, the newest of each first."""
    return [GroupRow(group, why(group, nodes)) for group in sorted(groups, key=_rank)]


def _rank(group: PlacementGroup) -> tuple[int, float]:
    order = _ORDER.index(group.state) if group.state in _ORDER else len(_ORDER)
    return order, -(created_at(group) or 0.0)


def created_at(group: PlacementGroup) -> float | None:
    """Return when it was asked for, in seconds since the epoch."""
    received = None if group.stats is None else group.stats.creation_request_received_ns
    return received / 1e9 if received else None


def shown_state(group: PlacementGroup) -> str:
    """Return INFEASIBLE in place of the state that hides it."""
    infeasible = group.stats is not None and group.stats.scheduling_state == "INFEASIBLE"
    return "INFEASIBLE" if infeasible and group.state in WAITING else group.state


def why(group: PlacementGroup, nodes: Sequence[Node] | None) -> str:
    """Return why a group waits, in one sentence; "" where it does not."""
    if group.state not in WAITING:
        return ""
    scheduling = "" if group.stats is None else group.stats.scheduling_state
    if scheduling != "INFEASIBLE":
        return _SCHEDULING.get(scheduling, "")
    said = "" if nodes is None else unplaceable(shapes(group.bundles or ()), group.strategy, alive(nodes))
    return said or "its bundles do not fit these nodes together"


def shapes(bundles: Iterable[Bundle]) -> list[tuple[dict[str, float], int]]:
    """Return the bundles by shape with how many there are of each, the most first."""
    counts = Counter(tuple(sorted(bundle.unit_resources.items())) for bundle in bundles)
    return [(dict(resources), number) for resources, number in counts.most_common()]


def _bundles(group: PlacementGroup, moment: Moment) -> str:
    times = "x" if moment.ascii_only else "×"
    return ", ".join(f"{number} {times} {shape(resources)}" for resources, number in shapes(group.bundles or ()))


def placed(group: PlacementGroup) -> int:
    """Return how many bundles lie on a node."""
    return sum(1 for bundle in group.bundles or () if bundle.node_id)


def _placed(row: GroupRow, _moment: Moment) -> Content:
    if row.group.bundles is None:
        return (UNKNOWN,)
    return (*counted(placed(row.group)), Piece(f"/{count(len(row.group.bundles))}", "dim"))


def _name(row: GroupRow) -> str:
    return row.group.name or row.group.placement_group_id


COLUMNS: tuple[Column[GroupRow], ...] = (
    Column(
        "placement group", lambda r, m: stated(shown_state(r.group), _name(r), m), _name, width=16, flex=1, max_width=40
    ),
    text_column("state", lambda r: shown_state(r.group), width=10, max_width=12, priority=3),
    Column(
        "why",
        lambda r, _: piece(r.why, "warning"),
        lambda r: r.why or None,
        width=20,
        flex=4,
        max_width=160,
        priority=1,
    ),
    text_column("strategy", lambda r: r.group.strategy, width=13, priority=5),
    Column(
        "bundles",
        lambda r, m: piece(_bundles(r.group, m)),
        lambda r: float(len(r.group.bundles or ())),
        width=14,
        flex=2,
        max_width=60,
        priority=2,
        descending=True,
    ),
    Column("placed", _placed, lambda r: float(placed(r.group)), width=7, align="right"),
    Column(
        "age",
        lambda r, m: ago(created_at(r.group), m),
        lambda r: created_at(r.group),
        width=4,
        align="right",
        priority=4,
        descending=True,
    ),
    text_column("job", lambda r: r.group.creator_job_id, width=8, priority=6),
    number_column(
        "tries", lambda r: r.group.stats.scheduling_attempt if r.group.stats else None, width=6, priority=7, wide=True
    ),
    text_column("id", lambda r: r.group.placement_group_id, width=20, max_width=36, priority=8, wide=True),
)


def sections(group: PlacementGroup, nodes: Sequence[Node] | None, moment: Moment) -> list[Section]:
    """Return a placement group in full, with where each bundle lies."""
    state = shown_state(group)
    fields = [Field("state", stated(state, state, moment))]
    cause = why(group, nodes)
    if cause:
        fields.append(Field("why", cause))
    if group.stats is not None:
        fields += [
            Field("scheduling", group.stats.scheduling_state or None),
            Field("tries", count(group.stats.scheduling_attempt)),
        ]
    told = group.strategy or (None if group.state in WAITING else "not told by Ray once the group is in place")
    fields += [
        Field("strategy", told),
        Field("name", group.name or "none"),
        Field("job", group.creator_job_id or None),
        Field("detached", None if group.is_detached is None else ("yes" if group.is_detached else "no")),
        Field("asked for", clock(created_at(group))),
        Field("id", group.placement_group_id),
    ]
    return [Section("Placement group", fields), _where(group.bundles or (), nodes)]


def _where(bundles: Sequence[Bundle], nodes: Sequence[Node] | None) -> Section:
    addresses = {node.node_id: node.ip for node in nodes or ()}
    fields = []
    for index, bundle in enumerate(bundles[:_MOST_BUNDLES]):
        node = addresses.get(bundle.node_id or "") or bundle.node_id
        fields.append(Field(f"{index}", f"{shape(bundle.unit_resources)}  {f'on {node}' if node else 'not placed'}"))
    hidden = len(bundles) - len(fields)
    title = f"Bundles, the first {count(len(fields))} of {count(len(bundles))}" if hidden else "Bundles"
    return Section(title, fields)
