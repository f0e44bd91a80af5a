"""How a cluster looks among several."""

from __future__ import annotations

from typing import NamedTuple

from raymon_tui.backends.errors import RaymonError, RefusedError
from raymon_tui.cluster.feeds.catalogue import ACTOR_COUNTS, JOBS, NODES, TASK_COUNTS, VERSION
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.link import BROKEN
from raymon_tui.cluster.model.node import Node
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.cluster.totals import alive, cpu_percent, gpu_percent, known_sum, percent
from raymon_tui.tui.resources.cells import ago, text_column
from raymon_tui.tui.resources.nodes import load_role, metered
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, piece, plain
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.states import ALIVE, FAILED, WAITING, WARNING, Mark, glyph
from raymon_tui.widgets.table.column import Column, Moment

LINK_MARKS: dict[str, Mark] = {
    "connecting": WAITING,
    "live": ALIVE,
    "slow": WARNING,
    "lost": FAILED,
    "refused": FAILED,
    "no Ray": FAILED,
}
_WORST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.INFO)


class ClusterRow(NamedTuple):
    """One cluster: what it is called, what is known of it, and why it is not watched where it is not."""

    title: str
    snapshot: Snapshot
    failure: RaymonError | None = None

    @property
    def state(self) -> str:
        """How the link is: a state of `Link`, or `no Ray`."""
        if self.failure is None:
            return self.snapshot.link.state
        return "refused" if isinstance(self.failure, RefusedError) else "no Ray"

    @property
    def nodes(self) -> tuple[Node, ...] | None:
        """Its nodes."""
        return self.snapshot.value(NODES)

    @property
    def worst(self) -> Finding | None:
        """What needs attention most; an older one before a newer one."""
        findings = self.snapshot.findings
        return min(findings, key=lambda one: _WORST_FIRST.index(one.severity), default=None)

    @property
    def read_at(self) -> float | None:
        """When the cluster last said anything."""
        known = [one.read_at for one in self.snapshot.readings.values() if one.read_at is not None]
        return max(known, default=None)


def _name(row: ClusterRow, moment: Moment) -> Content:
    mark = LINK_MARKS.get(row.state, FAILED)
    return (glyph(mark, ascii_only=moment.ascii_only), Piece(" " + plain(row.title, 60), "ink", bold=True))


def _link(row: ClusterRow, _moment: Moment) -> Content:
    role: Role = "dim" if row.state == "live" else LINK_MARKS.get(row.state, FAILED).role
    return piece(row.state, role)


def _nodes(row: ClusterRow, _moment: Moment) -> Content:
    if row.nodes is None:
        return (UNKNOWN,)
    living = len(alive(row.nodes))
    return (Piece(count(living), "ink"), Piece(f"/{count(len(row.nodes))}", "dim"))


def cpu(row: ClusterRow) -> float | None:
    """Return how busy its CPUs are, in percent."""
    return None if row.nodes is None else cpu_percent(row.nodes)


def memory(row: ClusterRow) -> float | None:
    """Return how full the memory of its machines is, in percent."""
    living = alive(row.nodes or ())
    return percent(known_sum(node.mem_used for node in living), known_sum(node.mem_total for node in living))


def gpu(row: ClusterRow) -> float | None:
    """Return how busy its GPUs are, in percent."""
    return None if row.nodes is None else gpu_percent(row.nodes)


def _running_jobs(row: ClusterRow) -> int | None:
    jobs = row.snapshot.value(JOBS)
    return None if jobs is None else sum(1 for job in jobs if job.status == "RUNNING")


def _tasks(row: ClusterRow) -> int | None:
    counts = row.snapshot.value(TASK_COUNTS)
    return None if counts is None else counts.by_state.get("RUNNING", 0)


def _actors(row: ClusterRow) -> int | None:
    counts = row.snapshot.value(ACTOR_COUNTS)
    return None if counts is None else counts.by_state.get("ALIVE", 0)


def _attention(row: ClusterRow, moment: Moment) -> Content:
    link = row.snapshot.link
    said = row.failure.said if row.failure is not None else link.said if row.state in BROKEN else ""
    if said:
        return piece(plain(said, 200), "bad")
    worst = row.worst
    if worst is None:
        return piece("nothing" if row.nodes is not None else "", "dim")
    more = len(row.snapshot.findings) - 1
    mark = FAILED if worst.severity is Severity.ERROR else WARNING
    pieces = [glyph(mark, ascii_only=moment.ascii_only), Piece(" " + plain(worst.title, 120), "ink")]
    if worst.cause:
        pieces.append(Piece("  " + plain(worst.cause, 200), "dim"))
    return (*([Piece(f"{count(more + 1)} ", "dim")] if more else []), *pieces)


def _number(title: str, of: str, width: int, priority: int) -> Column[ClusterRow]:
    reader = {"jobs": _running_jobs, "tasks": _tasks, "actors": _actors}[of]

    def cell(row: ClusterRow, _moment: Moment) -> Content:
        number = reader(row)
        return (UNKNOWN,) if number is None else (Piece(count(number), "ink" if number else "faint"),)

    return Column(title, cell, reader, width=width, align="right", priority=priority, descending=True)


COLUMNS: tuple[Column[ClusterRow], ...] = (
    Column("cluster", _name, lambda r: r.title, width=26, flex=3, max_width=48),
    Column("link", _link, lambda r: r.state, width=10, priority=4),
    text_column(
        "Ray", lambda r: v.ray_version if (v := r.snapshot.value(VERSION)) is not None else None, width=7, priority=9
    ),
    Column("nodes", _nodes, lambda r: float(len(alive(r.nodes or ()))), width=7, align="right", descending=True),
    Column("CPU", lambda r, m: metered(cpu(r), load_role(None), m), cpu, width=11, priority=2, descending=True),
    Column(
        "memory",
        lambda r, m: metered(memory(r), load_role(memory(r)), m),
        memory,
        width=11,
        priority=5,
        descending=True,
    ),
    Column("GPU", lambda r, m: metered(gpu(r), load_role(None), m), gpu, width=11, priority=6, descending=True),
    _number("jobs", "jobs", 5, 3),
    _number("tasks", "tasks", 7, 7),
    _number("actors", "actors", 7, 8),
    Column("needs attention", _attention, lambda r: float(len(r.snapshot.findings)), width=26, flex=4, max_width=160),
    Column("age", lambda r, m: ago(r.read_at, m), lambda r: r.read_at, width=4, align="right", priority=3),
)
