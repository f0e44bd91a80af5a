"""A task in full: its state and why, its error, where it was placed and when, and what it wrote."""

from __future__ import annotations

from collections.abc import Sequence

from raymon_tui.cluster.feeds.output import Output
from raymon_tui.cluster.model.task import Task
from raymon_tui.cluster.ray_api.words import without_escapes
from raymon_tui.tui.resources.cells import clock, id_number, stated
from raymon_tui.tui.resources.output import written
from raymon_tui.tui.resources.tasks import seconds, why
from raymon_tui.tui.resources.waiting import Places
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.numbers import duration, shape
from raymon_tui.widgets.table.column import Moment


def sections(
    attempts: Sequence[Task], number: int, places: Places, output: Output | None, moment: Moment
) -> list[Section]:
    """Return attempt `number` of a task in full, its other `attempts` in a line each, and the end of what it wrote."""
    if not attempts:
        return [
            Section("", text="Ray does not remember this task any more: GCS keeps the newest ones only.", role="dim")
        ]
    newest = max(attempts, key=lambda one: one.attempt_number)
    task = next((one for one in attempts if one.attempt_number == number), newest)
    return [
        _about(task, places, moment),
        Section("Error", text=without_escapes(task.error_message or ""), role="bad"),
        _placed(task, places),
        _times(task, moment),
        _others(attempts, task, places, moment),
        *written(output),
    ]


def _about(task: Task, places: Places, moment: Moment) -> Section:
    fields = [Field("state", stated(task.state, task.state, moment))]
    cause = why(task, places)
    if cause:
        fields.append(Field("why", cause))
    if task.error_type:
        fields.append(Field("error type", task.error_type))
    fields += [
        Field("function", task.func_or_class_name),
        Field("name", task.name),
        Field("attempt", str(task.attempt_number)),
        Field("requires", None if task.required_resources is None else shape(task.required_resources)),
        Field("job", task.job_id),
        Field("task id", task.task_id),
        Field("parent", task.parent_task_id or None),
    ]
    if task.actor_id:
        fields.append(Field("actor", task.actor_id))
    if task.placement_group_id:
        fields.append(Field("placement group", task.placement_group_id))
    if task.call_site:
        fields.append(Field("call site", task.call_site))
    return Section("Task", fields)


def _placed(task: Task, places: Places) -> Section:
    if task.node_id is None:
        return Section("")
    return Section(
        "Placed",
        (
            Field("node", places.address(task.node_id)),
            Field("node id", task.node_id),
            Field("worker pid", id_number(task.worker_pid)),
            Field("worker id", task.worker_id),
        ),
    )


def _times(task: Task, moment: Moment) -> Section:
    """Return when the task entered each state, and how long it stayed there."""
    events = [event for event in task.events or () if event.created_ms is not None]
    fields = []
    for index, event in enumerate(events):
        at = seconds(event.created_ms) or 0.0
        last = index + 1 == len(events)
        ended = last and event.state in ("FINISHED", "FAILED")
        until = moment.now if last else seconds(events[index + 1].created_ms)
        stayed = "" if ended or until is None else f"for {duration(until - at)}"
        fields.append(Field(plain(event.state, 60).lower(), (Piece(clock(at)), Piece(f"  {stayed}", "dim"))))
    return Section("Times", fields)


def _others(attempts: Sequence[Task], shown: Task, places: Places, moment: Moment) -> Section:
    others = sorted((one for one in attempts if one is not shown), key=lambda one: -one.attempt_number)
    return Section(
        "Other attempts",
        [
            Field(f"attempt {one.attempt_number}", stated(one.state, f"{one.state}  {why(one, places)}", moment))
            for one in others
        ],
    )
