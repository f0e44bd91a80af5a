"""Jobs: submissions and drivers, those that run first; Enter opens one with its driver's log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from raymon_tui.cluster.feeds.catalogue import JOB_PROGRESS, JOBS
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.job import Job
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources import jobs
from raymon_tui.tui.resources.jobs import JobRow
from raymon_tui.tui.screens.job_screen import JobScreen, raw_path
from raymon_tui.tui.stop_job import ask_to_stop
from raymon_tui.widgets.content import Content, Piece
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.states import glyph, mark_of
from raymon_tui.widgets.table.column import Column, Moment

_COUNTED = ("RUNNING", "PENDING", "SUCCEEDED", "FAILED", "STOPPED")


class JobsPane(TablePane[JobRow]):
    """The jobs that Ray remembers."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "stop", "stop job")]
    pane_id: ClassVar[str] = "jobs"

    @property
    def columns(self) -> Sequence[Column[JobRow]]:
        """The columns of a job."""
        return jobs.COLUMNS

    def main_feed(self) -> Feed[tuple[Job, ...]]:
        """Return the jobs feed."""
        return JOBS

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the jobs, and how far the running ones are."""
        return JOBS, JOB_PROGRESS

    def rows(self, snapshot: Snapshot) -> Sequence[JobRow] | None:
        """Return those that run first, then the newest."""
        found, progress = snapshot.value(JOBS), snapshot.value(JOB_PROGRESS)
        return None if found is None else jobs.rows_of(found, progress or ())

    def key(self, row: JobRow) -> str:
        """Return the submission id, else the job id."""
        return row.job.key

    def empty(self, _snapshot: Snapshot) -> str:
        """Say that no job was started yet."""
        return "No job yet. `ray job submit -- python train.py` makes one, and so does every driver that connects."

    def summary(self, snapshot: Snapshot, moment: Moment, _width: int) -> tuple[Content, ...]:
        """Return how many jobs are in each state."""
        found = snapshot.value(JOBS)
        if found is None:
            return ()
        parts: list[Piece] = []
        for state in _COUNTED:
            number = sum(1 for job in found if job.status == state)
            mark = glyph(mark_of(state), ascii_only=moment.ascii_only)
            parts.append(mark if number else mark._replace(role="faint"))
            parts.append(Piece(count(number), "ink" if number else "faint", bold=number > 0))
            parts.append(Piece(f" {state.lower()}   ", "dim"))
        return (tuple(parts),)

    def detail(self, row: JobRow) -> Screen[None] | None:
        """Open the job with its driver's log."""
        return JobScreen(self.session, row.job)

    def raw_path(self, row: JobRow) -> str | None:
        """Return the route of one job."""
        return raw_path(row.job)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to stop a job only where that is allowed."""
        if action == "stop" and self.session.options.read_only:
            return False
        return super().check_action(action, parameters)

    def action_stop(self) -> None:
        """Stop the job under the cursor, after a yes."""
        row = self.table.cursor_row
        if row is not None:
            ask_to_stop(self.app, self.session, row.job)
