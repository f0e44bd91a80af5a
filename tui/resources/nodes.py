"""How a node looks in a list and in full."""

from __future__ import annotations

from collections.abc import Sequence

from raymon_tui.cluster import series
from raymon_tui.cluster.history import History
from raymon_tui.cluster.model.node import Gpu, Node, WorkerProcess
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, piece, plain
from raymon_tui.widgets.meter import meter
from raymon_tui.widgets.numbers import age, amount, count, duration, percent, rate, size
from raymon_tui.widgets.sparkline import sparkline
from raymon_tui.widgets.states import ALIVE, IDLE, glyph, mark_of
from raymon_tui.widgets.table.column import Column, Moment

METER_CELLS = 6
SPARK_CELLS, SPARK_SPAN_S = 12, 900.0
WARN_PERCENT, BAD_PERCENT = 85.0, 95.0


def share(used: float | None, total: float | None) -> float | None:
    """Return a percentage, or None where either is not known or there is nothing to share."""
    return None if used is None or not total else 100.0 * used / total


def load_role(value: float | None) -> Role:
    """Return the role of something that is trouble when it is full."""
    if value is None or value < WARN_PERCENT:
        return "accent"
    return "warning" if value < BAD_PERCENT else "bad"


def metered(value: float | None, role: Role, moment: Moment) -> Content:
    """Return a small meter with its percentage; `–` where it is not known."""
    if value is None:
        return (UNKNOWN,)
    drawn = meter(value / 100, METER_CELLS, role, ascii_only=moment.ascii_only)
    return (*drawn, Piece(f" {percent(value):>4}", "ink" if role == "accent" else role))


def gpu_percent(gpus: Sequence[Gpu]) -> float | None:
    """Return the mean utilisation of those GPUs that report one."""
    known = [gpu.utilization_percent for gpu in gpus if gpu.utilization_percent is not None]
    return sum(known) / len(known) if known else None


def name_cell(node: Node, moment: Moment) -> Content:
    """Return how a node is, and its address."""
    mark = mark_of(node.state)
    if mark is ALIVE and (node.idle_s or 0) > 0:
        mark = IDLE
    return (glyph(mark, ascii_only=moment.ascii_only), Piece(" " + (plain(node.ip, 45) or node.node_id[:12])))


def _logical(node: Node, name: str) -> Content:
    total = node.resources_total.get(name)
    if not total:
        return (Piece("0", "faint"),) if node.resources_total else (UNKNOWN,)
    used = None if node.resources_used is None else node.resources_used.get(name, 0.0)
    return (Piece(amount(used)), Piece(f"/{amount(total)}", "dim"))


def _network(node: Node) -> float | None:
    known = [speed for speed in (node.network_received_per_s, node.network_sent_per_s) if speed is not None]
    return sum(known) if known else None


COLUMNS: tuple[Column[Node], ...] = (
    Column("node", name_cell, lambda n: n.ip, width=16, flex=1, max_width=42),
    Column(
        "type",
        lambda n, _: piece(n.node_type or "–", "ink" if n.node_type else "faint"),
        lambda n: n.node_type,
        width=16,
        flex=1,
        max_width=24,
        priority=2,
    ),
    Column(
        "cpu",
        lambda n, m: metered(n.cpu_percent, "accent", m),
        lambda n: n.cpu_percent,
        width=METER_CELLS + 5,
        align="right",
        priority=1,
        descending=True,
    ),
    Column(
        "memory",
        lambda n, m: metered(p := share(n.mem_used, n.mem_total), load_role(p), m),
        lambda n: share(n.mem_used, n.mem_total),
        width=METER_CELLS + 5,
        align="right",
        priority=1,
        descending=True,
    ),
    Column(
        "disk",
        lambda n, m: metered(p := share(n.disk_used, n.disk_total), load_role(p), m),
        lambda n: share(n.disk_used, n.disk_total),
        width=METER_CELLS + 5,
        align="right",
        priority=4,
        descending=True,
    ),
    Column(
        "objects",
        lambda n, _: piece(size(n.object_store_used)),
        lambda n: n.object_store_used,
        width=9,
        align="right",
        priority=5,
        descending=True,
    ),
    Column(
        "CPUs",
        lambda n, _: _logical(n, "CPU"),
        lambda n: (n.resources_used or {}).get("CPU"),
        width=8,
        align="right",
        priority=3,
        descending=True,
    ),
    Column(
        "GPUs",
        lambda n, _: _logical(n, "GPU"),
        lambda n: n.resources_total.get("GPU"),
        width=6,
        align="right",
        priority=3,
        descending=True,
    ),
    Column(
        "net", lambda n, _: piece(rate(_network(n))), _network, width=11, align="right", priority=7, descending=True
    ),
    Column(
        "workers",
        lambda n, _: piece(count(n.worker_count)),
        lambda n: n.worker_count,
        width=7,
        align="right",
        priority=8,
        descending=True,
    ),
    Column(
        "up", lambda n, m: piece(duration(_up(n, m)), "dim"), lambda n: n.start_time, width=7, align="right", priority=6
    ),
    Column("state", lambda n, _: piece(n.state, "dim"), lambda n: n.state, width=8, wide=True, priority=9),
    Column(
        "hostname", lambda n, _: piece(n.hostname, "dim"), lambda n: n.hostname, width=12, flex=1, wide=True, priority=9
    ),
    Column(
        "node id", lambda n, _: piece(n.node_id, "dim"), lambda n: n.node_id, width=20, flex=1, wide=True, priority=10
    ),
)


def columns(history: History) -> tuple[Column[Node], ...]:
    """Return the columns of a list; `history` has what the sparkline draws."""

    def past(node: Node, moment: Moment) -> Content:
        values = history.resample(series.NODE_CPU, SPARK_CELLS, SPARK_SPAN_S, moment.now, node_id=node.node_id)
        return sparkline(values, SPARK_CELLS, low=0.0, high=100.0, ascii_only=moment.ascii_only)

    place = 1 + next(index for index, column in enumerate(COLUMNS) if column.title == "cpu")
    spark = Column("cpu, 15m", past, width=SPARK_CELLS, priority=6)
    return (*COLUMNS[:place], spark, *COLUMNS[place:])


def _up(node: Node, moment: Moment) -> float | None:
    if node.start_time is None:
        return None
    return (moment.now if node.alive else node.end_time or moment.now) - node.start_time


def sections(node: Node, moment: Moment) -> list[Section]:
    """Return a node in full."""
    found = [
        Section(
            "Node",
            (
                Field(
                    "state",
                    (glyph(mark_of(node.state), ascii_only=moment.ascii_only), Piece(" " + plain(node.state, 40))),
                ),
                Field("why", node.state_message or None) if not node.alive else Field("idle for", _idle(node)),
                Field("address", f"{node.ip}  {node.hostname}"),
                Field("type", node.node_type),
                Field("node id", node.node_id),
                Field("up", duration(_up(node, moment))),
                Field("measured", "–" if node.measured_at is None else f"{age(moment.now - node.measured_at)} ago"),
            ),
        )
    ]
    found.append(
        Section(
            "Machine",
            (
                Field("CPU", f"{percent(node.cpu_percent)} of {count(node.cpu_count)}, load {amount(node.load_1m)}"),
                Field("memory", f"{size(node.mem_used)} of {size(node.mem_total)}"),
                Field("disk", f"{size(node.disk_used)} of {size(node.disk_total)}"),
                Field("object store", f"{size(node.object_store_used)} of {size(node.object_store_total)}"),
                Field("spilled", size(node.spilled_bytes)),
                Field("network", f"in {rate(node.network_received_per_s)}  out {rate(node.network_sent_per_s)}"),
                *(Field(f"GPU {gpu.index}", _gpu(gpu)) for gpu in node.gpus),
            ),
        )
    )
    found.append(
        Section(
            "Resources", tuple(Field(plain(name, 40), _resource(node, name)) for name in sorted(node.resources_total))
        )
    )
    found.append(Section("Labels", tuple(Field(plain(k, 40), v) for k, v in sorted(node.labels.items()))))
    return found


def _idle(node: Node) -> str | None:
    return None if node.idle_s is None else duration(node.idle_s)


def _gpu(gpu: Gpu) -> str:
    return f"{gpu.name}  {percent(gpu.utilization_percent)}  {size(gpu.memory_used)} of {size(gpu.memory_total)}"


def _resource(node: Node, name: str) -> str:
    written = size if "memory" in name else amount
    used = None if node.resources_used is None else node.resources_used.get(name, 0.0)
    return f"{written(used)} of {written(node.resources_total[name])}"


WORKER_COLUMNS: tuple[Column[WorkerProcess], ...] = (
    Column("pid", lambda w, _: piece(str(w.pid)), lambda w: float(w.pid), width=8, align="right"),
    Column("process", lambda w, _: piece(w.name), lambda w: w.name, width=20, flex=2, max_width=60),
    Column(
        "cpu",
        lambda w, _: piece(percent(w.cpu_percent)),
        lambda w: w.cpu_percent,
        width=6,
        align="right",
        descending=True,
    ),
    Column("memory", lambda w, _: piece(size(w.rss)), lambda w: w.rss, width=10, align="right", descending=True),
    Column(
        "gpu mem",
        lambda w, _: piece(size(w.gpu_memory)),
        lambda w: w.gpu_memory,
        width=10,
        align="right",
        priority=4,
        descending=True,
    ),
    Column(
        "running",
        lambda w, _: piece(count(w.running_tasks)),
        lambda w: w.running_tasks,
        width=7,
        align="right",
        priority=2,
        descending=True,
    ),
    Column("job", lambda w, _: piece(w.job_id or "–", "dim"), lambda w: w.job_id, width=9, priority=3),
    Column(
        "actor",
        lambda w, _: piece(w.actor_id or "–", "dim"),
        lambda w: w.actor_id,
        width=12,
        flex=1,
        max_width=34,
        priority=5,
    ),
)
