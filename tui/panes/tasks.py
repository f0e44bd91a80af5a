"""Tasks: functions with their tasks counted by state; Enter lists the tasks of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from raymon_tui.cluster.feeds.catalogue import TASK_COUNTS, TASK_SUMMARY
from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.model.page import Filter
from raymon_tui.cluster.model.task import FunctionSummary, TaskSummary
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.panes.filter_bar import FilterBar
from raymon_tui.tui.panes.overview.states import tasks_lines
from raymon_tui.tui.panes.table_pane import TablePane
from raymon_tui.tui.panes.task_list import task_list_screen
from raymon_tui.tui.resources import functions, tasks
from raymon_tui.widgets.content import Content
from raymon_tui.widgets.table.column import Column, Moment

FAILED = (Filter("state", "=", "FAILED"),)


class TasksPane(TablePane[FunctionSummary]):
    """All functions whose tasks Ray remembers. A condition typed here lists the tasks of all functions that pass it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("F", "failed", "failed tasks")]
    pane_id: ClassVar[str] = "tasks"
    server_keys = tasks.SERVER_KEYS

    @property
    def columns(self) -> Sequence[Column[FunctionSummary]]:
        """The columns of a function."""
        return functions.COLUMNS

    def main_feed(self) -> Feed[TaskSummary]:
        """Return the feed of the counts by function."""
        return TASK_SUMMARY

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return the counts by function, and those of all tasks, which are exact."""
        return TASK_SUMMARY, TASK_COUNTS

    def rows(self, snapshot: Snapshot) -> Sequence[FunctionSummary] | None:
        """Return the functions, those with most live tasks first."""
        summary = snapshot.value(TASK_SUMMARY)
        return None if summary is None else functions.in_order(summary.functions)

    def key(self, row: FunctionSummary) -> str:
        """Return the name that the tasks go by."""
        return row.func_or_class_name

    def empty(self, _snapshot: Snapshot) -> str:
        """Say that no task was submitted yet."""
        return "No task yet. A driver that calls f.remote() or an actor's method makes one."

    def summary(self, snapshot: Snapshot, moment: Moment, width: int) -> tuple[Content, ...]:
        """Return all tasks by state."""
        return tasks_lines(snapshot, moment, width, 2)

    def detail(self, row: FunctionSummary) -> Screen[None] | None:
        """List the tasks of one function: Ray counts by their names, so they are asked for by name."""
        return task_list_screen(self.session, (Filter("name", "=", row.func_or_class_name),))

    def raw_path(self, _row: FunctionSummary) -> str | None:
        """Return the route of the counts."""
        return "/api/v0/tasks/summarize?summary_by=func_name"

    def ask_server(self, conditions: tuple[Filter, ...]) -> None:
        """List the tasks of all functions that pass `conditions`."""
        if conditions:
            self.query_one(FilterBar).reset()
            self.app.push_screen(task_list_screen(self.session, conditions))

    def action_failed(self) -> None:
        """List the failed tasks of all functions."""
        self.app.push_screen(task_list_screen(self.session, FAILED))
