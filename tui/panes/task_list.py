"""A list of tasks that the server filters: those of one function, or those that a typed condition asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.screen import Screen

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.feeds.parametrised import tasks_feed
from raymon_tui.cluster.model.page import Filter, Page
from raymon_tui.cluster.model.task import Task
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.filtering import written
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.resources import tasks
from raymon_tui.tui.resources.tasks import TaskRow
from raymon_tui.tui.resources.waiting import places_of
from raymon_tui.tui.screens.list_screen import ListScreen
from raymon_tui.tui.screens.task_screen import TaskScreen, raw_path
from raymon_tui.tui.session import Session
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.table.column import Column


class TaskListPane(TablePane[TaskRow]):
    """Task attempts that pass `given` conditions, and those that are typed besides."""

    pane_id: ClassVar[str] = "task-list"
    server_keys = tasks.SERVER_KEYS

    def __init__(self, session: Session, given: tuple[Filter, ...]) -> None:
        super().__init__(session)
        self._given = given

    @property
    def columns(self) -> Sequence[Column[TaskRow]]:
        """The columns of a task."""
        return tasks.COLUMNS

    def main_feed(self) -> Feed[Page[Task]]:
        """Return the feed of the tasks that pass all conditions."""
        return tasks_feed((*self._given, *self.conditions), detail=True)

    def rows(self, snapshot: Snapshot) -> Sequence[TaskRow] | None:
        """Return those that run, then those that wait, then the ended ones."""
        page = snapshot.value(self.main_feed())
        return None if page is None else tasks.rows_of(page.rows, places_of(snapshot))

    def key(self, row: TaskRow) -> str:
        """Return the task's id with its attempt."""
        return f"{row.task.task_id}/{row.task.attempt_number}"

    def copied(self, row: TaskRow) -> str:
        """Return the task's id alone, as Ray's own commands take it."""
        return row.task.task_id

    def empty(self, _snapshot: Snapshot) -> str:
        """Say which conditions nothing passes."""
        conditions = written((*self._given, *self.conditions))
        return f"No task passes {conditions}. Ray forgets ended tasks when there are very many."

    def detail(self, row: TaskRow) -> Screen[None] | None:
        """Open the task."""
        return TaskScreen(self.session, row.task)

    def raw_path(self, row: TaskRow) -> str | None:
        """Return the route of one task, all attempts."""
        return raw_path(row.task)


def task_list_screen(session: Session, given: tuple[Filter, ...]) -> ListScreen:
    """Return the screen of the tasks that pass `given`."""
    title = (Piece("Tasks ", "dim"), Piece(plain(written(given), 200), "ink", bold=True))
    return ListScreen(session, title, TaskListPane(session, given))
