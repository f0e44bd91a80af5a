"""An actor in full: why it is dead or waits first, then its process, its tasks and who it is."""

from __future__ import annotations

from raymon_tui.cluster.feeds.output import Output
from raymon_tui.cluster.model.actor import Actor
from raymon_tui.cluster.ray_api.words import without_escapes
from raymon_tui.tui.resources.actors import mark, up, why
from raymon_tui.tui.resources.cells import clock, id_number
from raymon_tui.tui.resources.output import written
from raymon_tui.tui.resources.waiting import Places
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.numbers import count, duration, percent, shape, size
from raymon_tui.widgets.states import glyph
from raymon_tui.widgets.table.column import Moment


def sections(actor: Actor, places: Places, output: Output | None, moment: Moment) -> list[Section]:
    """Return an actor in full, with the end of what it wrote."""
    return [
        Section("Actor", _about(actor, places, moment)),
        Section("Process", _process(actor, places, moment)),
        Section("Tasks", _tasks(actor)),
        Section("What Ray says", text=_message(actor), role=mark(actor).role if actor.state == "DEAD" else "ink"),
        *written(output if actor.pid is not None else None),
    ]


def _about(actor: Actor, places: Places, moment: Moment) -> list[Field]:
    state: Content = (glyph(mark(actor), ascii_only=moment.ascii_only), Piece(" " + plain(actor.state, 40)))
    fields = [Field("state", state)]
    cause = why(actor, places)
    if cause:
        fields.append(Field("why", cause))
    if actor.death_cause is not None and (reason := actor.death_cause.reason or actor.death_cause.kind):
        fields.append(Field("Ray's reason", reason))
    detached = "yes: it outlives its driver" if actor.is_detached else "no"
    fields += [
        Field("class", actor.class_name or None),
        Field("name", actor.name or "none"),
        Field("restarts", count(actor.num_restarts)),
        Field("requires", None if actor.required_resources is None else shape(actor.required_resources)),
        Field("detached", None if actor.is_detached is None else detached),
        Field("namespace", actor.ray_namespace or None),
        Field("job", actor.job_id or None),
        Field("actor id", actor.actor_id),
    ]
    if actor.repr_name:
        fields.append(Field("repr", actor.repr_name))
    if actor.placement_group_id:
        fields.append(Field("placement group", actor.placement_group_id))
    return fields


def _process(actor: Actor, places: Places, moment: Moment) -> list[Field]:
    if actor.node_id is None:
        return []
    fields = [
        Field("node", places.address(actor.node_id)),
        Field("node id", actor.node_id),
        Field("pid", id_number(actor.pid)),
        Field("started", clock(actor.start_time)),
    ]
    if actor.end_time:
        fields.append(Field("ended", clock(actor.end_time)))
    fields.append(Field("lived" if actor.state == "DEAD" else "up", duration(up(actor, moment.now))))
    if actor.state != "DEAD":
        fields += [Field("memory", size(actor.rss)), Field("CPU", percent(actor.cpu_percent))]
    return fields


def _tasks(actor: Actor) -> list[Field]:
    return [
        Field("executed", count(actor.executed_tasks)),
        Field("running", count(actor.running_tasks)),
        Field("waiting", count(actor.pending_tasks)),
    ]


def _message(actor: Actor) -> str:
    return "" if actor.death_cause is None else without_escapes(actor.death_cause.message)
