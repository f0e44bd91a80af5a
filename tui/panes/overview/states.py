"""Tasks and Actors: the counts by state as a bar and in words, then functions and classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from raymon_tui.cluster.feeds.catalogue import ACTOR_COUNTS, ACTOR_SUMMARY, TASK_COUNTS, TASK_SUMMARY
from raymon_tui.cluster.feeds.feed import Reading
from raymon_tui.cluster.model.actor import ALIVE_STATES, PENDING_STATES
from raymon_tui.cluster.model.page import Counts
from raymon_tui.cluster.model.task import RUNNING_STATES, WAITING_STATES
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.wording import missing
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, plain
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.stacked_bar import Share, stacked_bar
from raymon_tui.widgets.states import ALIVE, DONE, FAILED, RESTARTING, RUNNING, WAITING, Mark, glyph
from raymon_tui.widgets.table.column import Moment

WIDE = 50
"""Below this width columns stand closer, and the restarting are left out: the counts above the table have them."""


TOLD_BY = {"metrics": "metrics", "prometheus": "Prometheus"}
"""Who told the counts, where that is not Ray's State API."""


class Group(NamedTuple):
    """States that are counted together, and how they look."""

    word: str
    short: str
    mark: Mark
    states: tuple[str, ...]
    bar: Role


TASK_GROUPS = (
    Group("running", "run", RUNNING, RUNNING_STATES, "accent"),
    Group("waiting", "wait", WAITING, WAITING_STATES, "dim"),
    Group("finished", "done", DONE, ("FINISHED",), "calm"),
    Group("failed", "fail", FAILED, ("FAILED",), "bad"),
)
ACTOR_GROUPS = (
    Group("alive", "alive", ALIVE, ALIVE_STATES, "calm"),
    Group("pending", "pend", WAITING, PENDING_STATES, "accent"),
    Group("restarting", "restart", RESTARTING, ("RESTARTING",), "warning"),
    Group("dead", "dead", FAILED, ("DEAD",), "bad"),
)


class Named(NamedTuple):
    """A function or class with its counts by state."""

    name: str
    of: Callable[..., int]


def tasks_lines(snapshot: Snapshot, moment: Moment, width: int, height: int) -> tuple[Content, ...]:
    """Return the tasks' counts and the functions with most live tasks."""
    summary = snapshot.value(TASK_SUMMARY)
    rows = None if summary is None else [Named(one.func_or_class_name, one.of) for one in summary.functions]
    return _lines(snapshot.reading(TASK_COUNTS), rows, "function", TASK_GROUPS, moment, width, height)


def actors_lines(snapshot: Snapshot, moment: Moment, width: int, height: int) -> tuple[Content, ...]:
    """Return the actors' counts and the classes with most live actors."""
    summary = snapshot.value(ACTOR_SUMMARY)
    rows = None if summary is None else [Named(one.class_name, one.of) for one in summary.classes]
    return _lines(snapshot.reading(ACTOR_COUNTS), rows, "class", ACTOR_GROUPS, moment, width, height)


def _lines(
    reading: Reading[Counts],
    rows: Sequence[Named] | None,
    heading: str,
    groups: tuple[Group, ...],
    moment: Moment,
    width: int,
    height: int,
) -> tuple[Content, ...]:
    counts = reading.value
    if counts is None:
        return missing(reading, width)
    shares = tuple(Share(counts.of(*group.states), group.bar) for group in groups)
    lines: list[Content] = [
        stacked_bar(shares, width, ascii_only=moment.ascii_only),
        _words(counts, groups, moment, width),
    ]
    room = height - len(lines)
    if rows is None or room < 2:
        return tuple(lines)
    if room > 6:
        lines.append(())
        room -= 1
    return (*lines, *_table(rows, heading, groups, width, room))


def _words(counts: Counts, groups: tuple[Group, ...], moment: Moment, width: int) -> Content:
    """Return the counts with the longest words that there is room for."""
    told_by = TOLD_BY.get(counts.source)
    source = (Piece(f"  by {told_by}", "faint"),) if told_by else ()
    words = ([f" {group.word}" for group in groups], [f" {group.short}" for group in groups], [""] * len(groups))
    lines = [(*_counted(counts, groups, moment, said), *told) for told in (source, ()) for said in words]
    fitting = (line for line in lines if sum(cell_len(piece.text) for piece in line) <= width)
    return next(fitting, lines[-1])


def _counted(counts: Counts, groups: tuple[Group, ...], moment: Moment, words: Sequence[str]) -> Content:
    pieces: list[Piece] = []
    for group, word in zip(groups, words, strict=True):
        number = counts.of(*group.states)
        mark = glyph(group.mark, ascii_only=moment.ascii_only)
        known = counts.total is not None or any(state in counts.by_state for state in group.states)
        pieces.append(mark if number else mark._replace(role="faint"))
        pieces.append(Piece(count(number) if known else UNKNOWN.text, "ink" if number else "faint", bold=number > 0))
        pieces += [Piece(word, "dim"), Piece("   ")]
    return tuple(pieces[:-1])


def _table(
    rows: Sequence[Named], heading: str, groups: tuple[Group, ...], width: int, room: int
) -> tuple[Content, ...]:
    roomy = 2 if width >= WIDE else 1
    least = [6 if group.word in ("finished", "waiting") else 4 for group in groups]
    cells = [max(size, len(group.short)) + roomy for group, size in zip(groups, least, strict=True)]
    shown_groups = list(zip(groups, cells, strict=True))
    if width < WIDE:
        shown_groups = [(group, size) for group, size in shown_groups if group.word != "restarting"]
    while len(shown_groups) > 1 and width - sum(size for _, size in shown_groups) < 10:
        shown_groups.pop(2)
    label = width - sum(size for _, size in shown_groups)
    live = [state for group in groups[:2] for state in group.states]
    bad = groups[-1].states
    ordered = sorted(rows, key=lambda row: (-row.of(*live), -row.of(*bad), row.name))
    lines: list[Content] = [
        (
            Piece(f"{heading:<{label}}", "faint"),
            *(Piece(f"{group.short:>{size}}", "faint") for group, size in shown_groups),
        )
    ]
    lines += [_row(row, label, shown_groups) for row in ordered[: room - 1]]
    return tuple(lines)


def _row(row: Named, label: int, groups: list[tuple[Group, int]]) -> Content:
    name = plain(row.name, 200)
    shown = set_cell_size(name, label) if cell_len(name) < label else set_cell_size(name, label - 2) + "… "
    pieces = [Piece(shown)]
    for group, size in groups:
        number = row.of(*group.states)
        role: Role = "faint" if not number else "bad" if group.bar == "bad" else "ink"
        text = count(number)
        pieces.append(Piece(f"{text:>{size}}" if len(text) < size else f" {_short(number):>{size - 1}}", role))
    return tuple(pieces)


def _short(number: int) -> str:
    return f"{number / 1000:.0f}k" if number < 1_000_000 else f"{number / 1_000_000:.1f}M"
