"""How an actor looks in a list, and why it is dead or waits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from raymon_tui.cluster.findings.actor_died import cause_of
from raymon_tui.cluster.model.actor import Actor
from raymon_tui.tui.resources.cells import number_column, pid_column, text_column, took
from raymon_tui.tui.resources.waiting import Places
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, piece
from raymon_tui.widgets.numbers import percent, size
from raymon_tui.widgets.states import ENDED, Mark, glyph, mark_of
from raymon_tui.widgets.table.column import Column, Moment

SERVER_KEYS = frozenset(
    {
        "state", "class_name", "name", "job_id", "node_id", "pid", "actor_id", "ray_namespace", "repr_name",
        "placement_group_id",
    }
)  # fmt: skip
"""What the State API of Ray 2.60 filters actors by; it refuses any other key."""

_ORDER = ("RESTARTING", "DEPENDENCIES_UNREADY", "PENDING_CREATION", "ALIVE")

_ORDINARY = {
    "OUT_OF_SCOPE": "ended as usual: nothing held a handle to it any more",
    "REF_DELETED": "ended as usual: nothing held a handle to it any more",
    "RAY_KILL": "ended by ray.kill",
    "OWNER_DIED": "ended with its owner, the driver or worker that made it",
}
"""Ends that are nobody's trouble, by Ray's reason."""


class ActorRow(NamedTuple):
    """An actor beside the address of the node that it is on, and why it is dead or waits."""

    actor: Actor
    node: str | None
    why: str


def rows_of(actors: Iterable[Actor], places: Places) -> list[ActorRow]:
    """Return those that are not there yet first, then the living, then the dead, the newest of each first."""
    return [ActorRow(actor, places.address(actor.node_id), why(actor, places)) for actor in sorted(actors, key=_rank)]


def _rank(actor: Actor) -> tuple[int, float]:
    order = _ORDER.index(actor.state) if actor.state in _ORDER else len(_ORDER)
    return order, -(actor.end_time or actor.start_time or 0.0)


def why(actor: Actor, places: Places) -> str:
    """Return why an actor is dead or not there yet, in one sentence; "" for a living one."""
    if actor.state == "DEAD":
        return _why_dead(actor)
    if actor.state == "DEPENDENCIES_UNREADY":
        return "waits for the tasks that make its constructor's arguments"
    if actor.state == "PENDING_CREATION":
        return _why_pending(actor, places)
    if actor.state == "RESTARTING":
        return f"being restarted: {cause}" if (cause := cause_of(actor)) else "being restarted"
    return ""


def _why_dead(actor: Actor) -> str:
    death = actor.death_cause
    if death is None:
        return "Ray does not say why"
    return cause_of(actor) or _ORDINARY.get(death.reason) or "ended on purpose"


def _why_pending(actor: Actor, places: Places) -> str:
    if actor.pid is not None:
        return f"its constructor runs in pid {actor.pid} and has not returned yet"
    if actor.node_id is not None:
        return "given to a node, where its worker is being started"
    return places.why_not(actor.required_resources) or "not placed yet"


def mark(actor: Actor) -> Mark:
    """Return how an actor's state looks: an end that is nobody's trouble is not drawn as trouble."""
    if actor.state == "DEAD" and actor.death_cause is not None and not cause_of(actor):
        return ENDED
    return mark_of(actor.state)


def name_of(actor: Actor) -> str:
    """Return what people know an actor by: its name, what it says of itself, else its class."""
    return actor.name or actor.repr_name or actor.class_name or actor.actor_id


def up(actor: Actor, now: float) -> float | None:
    """Return for how many seconds it has lived, or lived."""
    if actor.start_time is None:
        return None
    return max(0.0, (actor.end_time or now) - actor.start_time)


def _name(row: ActorRow, moment: Moment) -> Content:
    return (glyph(mark(row.actor), ascii_only=moment.ascii_only), Piece(" "), *piece(name_of(row.actor)))


def _why(row: ActorRow, _moment: Moment) -> Content:
    role: Role = mark(row.actor).role if row.actor.state == "DEAD" else "dim"
    return piece(row.why, role)


def _memory(row: ActorRow, _moment: Moment) -> Content:
    return (UNKNOWN,) if row.actor.rss is None else piece(size(row.actor.rss))


def _cpu(row: ActorRow, _moment: Moment) -> Content:
    return (UNKNOWN,) if row.actor.cpu_percent is None else piece(percent(row.actor.cpu_percent))


COLUMNS: tuple[Column[ActorRow], ...] = (
    Column("actor", _name, lambda r: name_of(r.actor), width=16, flex=1, max_width=40),
    text_column("state", lambda r: r.actor.state, width=8, max_width=20, priority=4),
    Column("why", _why, lambda r: r.why or None, width=36, flex=3, max_width=120, priority=1),
    number_column("restarts", lambda r: r.actor.num_restarts, role="warning", width=8, priority=6),
    number_column("run", lambda r: r.actor.running_tasks, role="accent", width=5, priority=7),
    number_column("wait", lambda r: r.actor.pending_tasks, width=6, priority=7),
    number_column("done", lambda r: r.actor.executed_tasks, width=8, priority=5),
    Column("cpu", _cpu, lambda r: r.actor.cpu_percent, width=5, align="right", priority=3, descending=True),
    Column("memory", _memory, lambda r: r.actor.rss, width=9, align="right", priority=2, descending=True),
    Column(
        "up", lambda r, m: took(up(r.actor, m.now)), lambda r: r.actor.start_time, width=7, align="right", priority=8
    ),
    text_column("node", lambda r: r.node, width=12, max_width=16, priority=3),
    pid_column(lambda r: r.actor.pid, priority=9),
    text_column("job", lambda r: r.actor.job_id, width=8, priority=10, wide=True),
    text_column("class", lambda r: r.actor.class_name, width=10, max_width=30, priority=11, wide=True),
    text_column("namespace", lambda r: r.actor.ray_namespace, width=10, max_width=36, priority=12, wide=True),
    text_column("actor id", lambda r: r.actor.actor_id, width=20, max_width=32, priority=13, wide=True),
)
