"""What the autoscaler has, makes, failed at and still wants, as lines of a panel: pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from raymon_tui.cluster import series
from raymon_tui.cluster.feeds.catalogue import EVENTS, NODES
from raymon_tui.cluster.findings.verdict import Outlook, Verdict, judge
from raymon_tui.cluster.history import History
from raymon_tui.cluster.model.autoscaler import AutoscalerStatus, Demand, NodeType
from raymon_tui.cluster.model.event import Event
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.cluster.totals import alive
from raymon_tui.tui.chrome.arrange import width_of
from raymon_tui.tui.resources.events import rows_of
from raymon_tui.widgets.chart import Curve, chart
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, plain
from raymon_tui.widgets.meter import meter
from raymon_tui.widgets.numbers import age, amount, count, shape
from raymon_tui.widgets.states import FAILED, WAITING, WARNING, glyph
from raymon_tui.widgets.table.column import Moment
from raymon_tui.widgets.table.line import fitted

NAME_CELLS, NUMBER_CELLS, LEAST_METER = 22, 8, 6
NO_AUTOSCALER = (
    "No autoscaler runs: the cluster has the nodes that it was started with.",
    "`ray up`, KubeRay with enableInTreeAutoscaling, or `ray start --head",
    "--autoscaling-config=FILE` would start one.",
)
MOST_DEMANDS, MOST_LAUNCHES, MOST_EVENTS = 40, 20, 40
STUCK = (Outlook.INFEASIBLE, Outlook.AT_MAXIMUM)
HEADINGS = ("min", "max", "active", "idle", "pending")


def type_lines(status: AutoscalerStatus, moment: Moment, width: int) -> tuple[Content, ...]:
    """Return a heading and a line for each node type, with a meter of what is up of the maximum."""
    if status.version is None:
        return tuple((Piece(line, "dim"),) for line in NO_AUTOSCALER)
    if not status.node_types:
        return ((Piece("no node type is known", "dim"),),)
    label = min(NAME_CELLS, max(cell_len(one.name) for one in status.node_types))
    cells = width - label - NUMBER_CELLS * len(HEADINGS) - 2
    with_meter = cells >= LEAST_METER and any(one.maximum for one in status.node_types)
    heading = (
        Piece(f"{'type':<{label}}", "faint"),
        *(Piece(f"{title:>{NUMBER_CELLS}}", "faint") for title in HEADINGS),
    )
    lines = [_type_line(one, label, min(cells, 30) if with_meter else 0, moment) for one in status.node_types]
    return (heading, *lines)


def _type_line(one: NodeType, label: int, cells: int, moment: Moment) -> Content:
    up = one.active + (one.idle or 0)
    full = one.maximum is not None and one.maximum > 0 and up >= one.maximum
    numbers = (one.minimum, one.maximum, one.active, one.idle, one.pending)
    pieces = [*fitted((Piece(plain(one.name)),), label)]
    for number in numbers:
        role: Role = "faint" if not number else "ink"
        pieces.append(Piece(f"{UNKNOWN.text if number is None else count(number):>{NUMBER_CELLS}}", role))
    if cells and one.maximum:
        drawn = meter(min(1.0, up / one.maximum), cells, "warning" if full else "accent", ascii_only=moment.ascii_only)
        pieces += [Piece("  "), *drawn]
    return tuple(pieces)


def demand_lines(snapshot: Snapshot, status: AutoscalerStatus, moment: Moment, width: int) -> tuple[Content, ...]:
    """Return every demand with why it waits; those that will not be met as things are stand first."""
    if not status.demands:
        mark = "+ " if moment.ascii_only else "✓ "
        return ((Piece(mark, "good"), Piece("nothing waits for capacity", "dim")),)
    wide = max(len(_count(demand)) for demand in status.demands)
    known, events = snapshot.value(NODES), snapshot.value(EVENTS) or ()
    nodes = alive(known or ())
    judged = [(demand, judge(demand, status, nodes, events)) for demand in status.demands]
    judged.sort(key=lambda one: one[1].outlook not in STUCK)
    lines = [_demand_line(demand, verdict, wide, moment, width) for demand, verdict in judged[:MOST_DEMANDS]]
    return tuple(line for lines_of_one in lines for line in lines_of_one) + _more(len(judged) - MOST_DEMANDS)


def _more(number: int) -> tuple[Content, ...]:
    return ((Piece(f"and {count(number)} more", "dim"),),) if number > 0 else ()


def _count(demand: Demand) -> str:
    return f"{count(demand.count)}{'+' if demand.at_least else ''}"


def _demand_line(demand: Demand, verdict: Verdict, wide: int, moment: Moment, width: int) -> tuple[Content, ...]:
    """Return a demand, and why it waits behind it, or below it where there is no room."""
    mark = glyph(WARNING if verdict.outlook in STUCK else WAITING, ascii_only=moment.ascii_only)
    number = Piece(f" {_count(demand):>{wide}} {'x' if moment.ascii_only else '×'} ", "ink", bold=True)
    what = (mark, number, Piece(plain(demand_shape(demand))))
    why = Piece(plain(verdict.said), "dim")
    if width_of((*what, why)) + 2 <= width:
        return ((*what, Piece("  "), why),)
    indent = Piece(" " * (wide + 5))
    return tuple(fitted(line, width, ascii_only=moment.ascii_only) for line in (what, (indent, why)))


def demand_shape(demand: Demand) -> str:
    """Return what is wanted: one shape, or a placement group's bundles with their strategy."""
    if not demand.bundles:
        return shape(demand.shape)
    bundles = ", ".join(
        f"{number} × {shape(bundle)}" if number > 1 else shape(bundle) for bundle, number in demand.bundles
    )
    return f"{bundles} {demand.strategy or ''}".rstrip()


def trouble_lines(status: AutoscalerStatus, moment: Moment, width: int) -> tuple[Content, ...]:
    """Return the nodes that are being made, and the launches that failed with their reasons."""
    lines: list[Content] = []
    for pending in status.pending[:MOST_LAUNCHES]:
        words = f"{count(pending.count)} × {pending.node_type}" if pending.count > 1 else pending.node_type
        told = "  ".join(part for part in (pending.ip, pending.status or "launching") if part)
        mark = glyph(WAITING, ascii_only=moment.ascii_only)
        lines.append((mark, Piece(f" {plain(words)}  "), Piece(plain(told), "dim")))
    for failed in status.failed[:MOST_LAUNCHES]:
        told = "  ".join(part for part in (failed.ip, failed.reason or "no reason given") if part)
        when = "" if failed.at is None else f"  {age(moment.now - failed.at)} ago"
        mark = glyph(FAILED, ascii_only=moment.ascii_only)
        lines.append((mark, Piece(f" {plain(failed.node_type)}  "), Piece(plain(told) + when, "dim")))
    if not lines:
        lines.append((Piece("nothing is being launched, and no launch failed", "dim"),))
    hidden = sum(max(0, len(rows) - MOST_LAUNCHES) for rows in (status.pending, status.failed))
    return (*(fitted(line, width, ascii_only=moment.ascii_only) for line in lines), *_more(hidden))


def event_lines(events: Sequence[Event], moment: Moment, width: int) -> tuple[Content, ...]:
    """Return the autoscaler's own events, newest first, what was said again and again once."""
    own = [event for event in events if event.source_type == "AUTOSCALER"]
    if not own:
        return ((Piece("the autoscaler has recorded nothing yet", "dim"),),)
    return tuple(
        fitted(
            (
                Piece(f"{age(None if row.event.timestamp is None else moment.now - row.event.timestamp):>4} ", "faint"),
                Piece(f"{count(row.times)} times " if row.times > 1 else "", "dim"),
                Piece(plain(row.event.message), "warning" if row.event.message.startswith("Error") else "ink"),
            ),
            width,
            ascii_only=moment.ascii_only,
        )
        for row in rows_of(own)[:MOST_EVENTS]
    )


def capacity_chart(history: History, moment: Moment, width: int, height: int) -> tuple[Content, ...]:
    """Draw the CPUs that there are, the CPUs in use, and how many demands wait."""
    points, span_s = max(1, width * 2), history.shown_span_s(moment.now)
    curves = (
        Curve(history.resample(series.resource_total("CPU"), points, span_s, moment.now), "dim"),
        Curve(history.resample(series.DEMAND_COUNT, points, span_s, moment.now), "warning"),
        Curve(history.resample(series.resource_used("CPU"), points, span_s, moment.now), "accent"),
    )
    legend = (
        Piece("━ " if not moment.ascii_only else "- ", "accent"),
        Piece("CPUs in use  ", "dim"),
        Piece("━ " if not moment.ascii_only else "- ", "dim"),
        Piece("CPUs there  ", "dim"),
        Piece("━ " if not moment.ascii_only else "- ", "warning"),
        Piece("waiting", "dim"),
    )
    drawn = chart(curves, width, height - 1, span_s=span_s, unit=amount, low=0.0, ascii_only=moment.ascii_only)
    return (fitted(legend, width), *drawn)
