"""How the tasks of one function, counted by state, look in a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from raymon_tui.cluster.model.task import RUNNING_STATES, WAITING_STATES, FunctionSummary
from raymon_tui.tui.resources.cells import number_column, text_column
from raymon_tui.widgets.content import Content, piece
from raymon_tui.widgets.stacked_bar import Share, stacked_bar
from raymon_tui.widgets.table.column import Column, Moment

BAR_CELLS = 20
_TYPES = {"NORMAL_TASK": "task", "ACTOR_TASK": "actor task", "ACTOR_CREATION_TASK": "constructor"}


def in_order(functions: Iterable[FunctionSummary]) -> Sequence[FunctionSummary]:
    """Return those with most live tasks first, then those with most failed ones."""
    live = (*RUNNING_STATES, *WAITING_STATES)
    return sorted(functions, key=lambda one: (-one.of(*live), -one.of("FAILED"), one.func_or_class_name))


def _name(row: FunctionSummary) -> str:
    return row.func_or_class_name


def _running(row: FunctionSummary) -> int:
    return row.of(*RUNNING_STATES)


def _waiting(row: FunctionSummary) -> int:
    """Return all that neither runs nor ended, in states that this program does not know too."""
    return row.total - _running(row) - row.of("FINISHED", "FAILED")


def _bar(row: FunctionSummary, moment: Moment) -> Content:
    shares = (
        Share(_running(row), "accent"),
        Share(_waiting(row), "dim"),
        Share(row.of("FINISHED"), "good"),
        Share(row.of("FAILED"), "bad"),
    )
    return stacked_bar(shares, BAR_CELLS, ascii_only=moment.ascii_only)


COLUMNS: tuple[Column[FunctionSummary], ...] = (
    Column("function", lambda f, _: piece(_name(f)), _name, width=16, flex=1, max_width=60),
    text_column("type", lambda f: _TYPES.get(f.type, f.type), width=11, priority=4),
    Column("states", _bar, width=BAR_CELLS, priority=3),
    number_column("run", _running, role="accent"),
    number_column("wait", _waiting),
    number_column("done", lambda f: f.of("FINISHED"), width=9, priority=1),
    number_column("fail", lambda f: f.of("FAILED"), role="bad"),
    number_column("all", lambda f: f.total, role="dim", width=9, priority=2),
)
