"""Resources: what is in use of what there is, as meters, with the last quarter of an hour beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from raymon_tui.cluster import series
from raymon_tui.cluster.feeds.catalogue import NODES
from raymon_tui.cluster.history import History
from raymon_tui.cluster.metrics.kept_line import LineKey
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.cluster.totals import disk_percent, fullest_disk, resources
from raymon_tui.cluster.totals import percent as percent_of
from raymon_tui.tui.panes.overview.totals import Usage, machine_usage, object_store_usage
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, plain
from raymon_tui.widgets.meter import meter
from raymon_tui.widgets.numbers import amount, percent, sizes_of
from raymon_tui.widgets.sparkline import sparkline
from raymon_tui.widgets.table.column import Moment

LABEL_CELLS, PERCENT_CELLS, SPARK_CELLS = 8, 5, 12
WARN_PERCENT, BAD_PERCENT = 90.0, 95.0


class Meter(NamedTuple):
    """One row: a label, a text for the amounts, the share, its role, and its share over time (0 to 100)."""

    label: str
    amounts: str
    percent: float | None
    role: Role
    past: tuple[float | None, ...] = ()


def resources_height(snapshot: Snapshot) -> int:
    """Return how many lines `resources_lines` gives, which is known before there is any room to draw in."""
    nodes = snapshot.value(NODES) or ()
    return 5 if any(node.alive and node.resources_total.get("GPU") for node in nodes) else 4


def resources_lines(snapshot: Snapshot, history: History, moment: Moment, width: int) -> tuple[Content, ...]:
    """Return one line a resource; sparklines only where there is room for them."""
    with_spark = width >= 54
    rows = _rows(snapshot, history, moment.now)
    amounts_cells = max((len(row.amounts) for row in rows), default=0)
    fixed = LABEL_CELLS + 1 + amounts_cells + 1 + PERCENT_CELLS + (SPARK_CELLS + 2 if with_spark else 0)
    cells = max(4, min(30, width - fixed - 1))
    return tuple(_line(row, cells, amounts_cells, moment, width, with_spark=with_spark) for row in rows)


def _line(row: Meter, cells: int, amounts_cells: int, moment: Moment, width: int, *, with_spark: bool) -> Content:
    drawn: Content = (
        (Piece(" " * cells),)
        if row.percent is None
        else meter(row.percent / 100, cells, row.role, ascii_only=moment.ascii_only)
    )
    spark: Content = ()
    if with_spark:
        spark_role: Role = row.role if row.role in ("warning", "bad") else "dim"
        spark = (
            Piece("  "),
            *sparkline(row.past, SPARK_CELLS, spark_role, low=0.0, high=100.0, ascii_only=moment.ascii_only),
        )
    spent = LABEL_CELLS + 1 + cells + 1 + amounts_cells + PERCENT_CELLS + (SPARK_CELLS + 2 if with_spark else 0)
    gap = Piece(" " * max(1, width - spent + 1))
    share = UNKNOWN.text if row.percent is None else percent(row.percent)
    role: Role = row.role if row.role in ("warning", "bad") else "dim"
    return (
        Piece(f"{row.label:<{LABEL_CELLS}} ", "dim"),
        *drawn,
        gap,
        Piece(f"{row.amounts:>{amounts_cells}}", "ink"),
        Piece(f"{share:>{PERCENT_CELLS}}", role),
        *spark,
    )


def _rows(snapshot: Snapshot, history: History, now: float) -> list[Meter]:
    nodes = snapshot.value(NODES) or ()

    def line(key: LineKey) -> tuple[float | None, ...]:
        return history.resample(key, SPARK_CELLS, history.shown_span_s(now), now)

    def past(used: LineKey, total: float | None) -> tuple[float | None, ...]:
        return tuple(None if value is None or not total else 100.0 * value / total for value in line(used))

    logical = resources(nodes)
    cpu = Usage(*logical.get("CPU", (None, None)))
    rows = [_logical("CPU", cpu, "accent", past(series.resource_used("CPU"), cpu.total))]
    gpu = Usage(*logical.get("GPU", (None, None)))
    if gpu.total:
        rows.append(_logical("GPU", gpu, "gpu", past(series.resource_used("GPU"), gpu.total)))
    memory = machine_usage(nodes, lambda n: n.mem_used, lambda n: n.mem_total)
    rows.append(_sized("memory", memory, _shares(line(series.MEMORY_USED), line(series.MEMORY_TOTAL))))
    store = object_store_usage(nodes)
    rows.append(_sized("objects", store, past(series.OBJECT_STORE_USED, store.total)))
    disk = fullest_disk(nodes)
    full = None if disk is None else disk_percent(disk)
    where = UNKNOWN.text if disk is None else plain(disk.ip, 24)
    rows.append(Meter("disk", where, full, _role(full), line(series.DISK_PERCENT)))
    return rows


def _shares(used: Sequence[float | None], total: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return how much was in use, in percent: several nodes on one machine each tell all of its memory."""
    return tuple(percent_of(*each) for each in zip(used, total, strict=True))


def _logical(label: str, usage: Usage, role: Role, past: tuple[float | None, ...]) -> Meter:
    return Meter(label, f"{amount(usage.used)} / {amount(usage.total)}", usage.percent, role, past)


def _sized(label: str, usage: Usage, past: tuple[float | None, ...]) -> Meter:
    return Meter(label, sizes_of(usage.used, usage.total), usage.percent, _role(usage.percent), past)


def _role(share: float | None) -> Role:
    if share is None or share < WARN_PERCENT:
        return "accent"
    return "warning" if share < BAD_PERCENT else "bad"
