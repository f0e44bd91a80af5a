"""What is to be known about an answer beside its rows: what it lacks, how old it is, what went wrong."""

from __future__ import annotations

from typing import Any

from raymon_tui.cluster.feeds.feed import Reading
from raymon_tui.cluster.model.actor import ActorSummary
from raymon_tui.cluster.model.page import Page
from raymon_tui.cluster.model.task import TaskSummary
from raymon_tui.tui.chrome.arrange import Part
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.numbers import count, duration
from raymon_tui.widgets.table.column import Moment

OLD_AFTER_INTERVALS = 3.0


def standing_of(reading: Reading[Any], moment: Moment) -> list[Part]:
    """Return, most important first: a failure, a truncation, warnings of Ray, an age beyond the ordinary, the cost."""
    parts: list[Part] = []
    mark = "! " if moment.ascii_only else "▲ "
    if reading.error is not None:
        parts.append(Part((Piece(mark + plain(reading.error.said, 200), "warning"),), 1))
    if isinstance(reading.value, Page):
        parts.extend(_of_page(reading.value, mark))
    if isinstance(reading.value, TaskSummary | ActorSummary):
        parts.extend(_of_summary(reading.value, mark))
    if reading.read_at is not None:
        age = moment.now - reading.read_at
        usual = OLD_AFTER_INTERVALS * (reading.interval_s or 2.0)
        if age > max(usual, 5.0):
            parts.append(Part((Piece(f"{duration(age)} old", "warning"),), 2))
    if reading.took_s is not None and reading.took_s >= 0.5:
        parts.append(Part((Piece(f"the head took {duration(reading.took_s)}", "dim"),), 9))
        if reading.interval_s is not None:
            parts.append(Part((Piece(f"asked every {duration(reading.interval_s)}", "dim"),), 10))
    return parts


def _of_page(page: Page[Any], mark: str) -> list[Part]:
    parts: list[Part] = []
    if page.missing:
        parts.append(Part((Piece(f"{mark}{count(len(page.rows))} of {count(page.matching)}", "warning"),), 3))
    if page.unseen:
        looked_at = f"{mark}Ray looked at {count(page.num_after_truncation)} of {count(page.total)}"
        parts.append(Part((Piece(looked_at, "warning"),), 3))
    if page.unreadable:
        parts.append(Part((Piece(f"{mark}{count(page.unreadable)} rows could not be read", "warning"),), 4))
    if page.partial_failure_warning:
        parts.append(Part((Piece(mark + plain(page.partial_failure_warning, 200), "warning"),), 5))
    parts.extend(Part((Piece(plain(warning, 200), "dim"),), 8) for warning in page.warnings)
    return parts


def _of_summary(summary: TaskSummary | ActorSummary, mark: str) -> list[Part]:
    parts: list[Part] = []
    looked_at, total = summary.num_after_truncation, summary.total
    if looked_at is not None and total is not None and looked_at < total:
        parts.append(Part((Piece(f"{mark}Ray counted {count(looked_at)} of {count(total)}", "warning"),), 3))
    parts.extend(Part((Piece(plain(warning, 200), "dim"),), 8) for warning in summary.warnings)
    return parts
