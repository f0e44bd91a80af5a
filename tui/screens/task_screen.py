"""One task in full, with the end of what it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from raymon_tui.cluster.feeds.output import task_output_feed
from raymon_tui.cluster.feeds.parametrised import task_feed
from raymon_tui.cluster.model.task import Task
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.resources import task_page
from raymon_tui.tui.resources.waiting import places_of
from raymon_tui.tui.screens.detail_screen import DetailScreen
from raymon_tui.tui.screens.document import Section
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.table.column import Moment


def raw_path(task: Task) -> str:
    """Return the route of all attempts of a task."""
    return f"/api/v0/tasks?detail=1&filter_keys=task_id&filter_predicates=%3D&filter_values={quote(task.task_id)}"


class TaskScreen(DetailScreen):
    """One attempt of a task; what its row already told is shown until the cluster has answered."""

    def __init__(self, session: Session, task: Task) -> None:
        name = plain(task.name or task.func_or_class_name, 80)
        title = (Piece("Task ", "dim"), Piece(name, "ink", bold=True), Piece(f"  attempt {task.attempt_number}", "dim"))
        self._row = task
        self._attempts = task_feed(task.task_id)
        self._output = task_output_feed(task)
        super().__init__(
            session,
            title,
            (self._attempts, self._output),
            self._describe_task,
            raw_path=raw_path(task),
            copied=task.task_id,
        )

    def _describe_task(self, snapshot: Snapshot, moment: Moment) -> Sequence[Section]:
        page = snapshot.value(self._attempts)
        attempts = (self._row,) if page is None else page.rows
        output = snapshot.value(self._output)
        return task_page.sections(attempts, self._row.attempt_number, places_of(snapshot), output, moment)
