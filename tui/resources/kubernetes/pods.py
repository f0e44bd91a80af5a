"""How a pod looks in full: what it is, what it asked for, how its containers are, what happened to it."""

from __future__ import annotations

from collections.abc import Sequence

from raymon_tui.cluster.kubernetes.event import KubernetesEvent
from raymon_tui.cluster.kubernetes.metadata import Condition
from raymon_tui.cluster.kubernetes.pod import ContainerStatus, Pod, Terminated
from raymon_tui.tui.resources.kubernetes.marks import mark_of_pod
from raymon_tui.tui.resources.kubernetes.objects import conditions_words
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import Content, Piece, Role, piece, plain
from raymon_tui.widgets.numbers import age, amount, count, duration, size
from raymon_tui.widgets.states import glyph
from raymon_tui.widgets.table.column import Moment

MOST_EVENTS = 12
LONGEST_MESSAGE = 1024
"""Characters: so long the message of an event may be."""


def pod_sections(pod: Pod, events: Sequence[KubernetesEvent] | None, moment: Moment) -> list[Section]:
    """Return a pod in full; `events` are its own, newest first, None where they cannot be read."""
    return [
        Section("Pod", _fields(pod, moment)),
        Section("Containers", [_container(one, moment) for one in pod.containers]),
        Section("Init containers", [_container(one, moment) for one in pod.status.init_container_statuses]),
        Section(
            "Conditions", [Field(plain(name, 60), words, folds=True) for name, words in conditions_words(_untrue(pod))]
        ),
        event_section(events, moment),
    ]


def _container(one: ContainerStatus, moment: Moment) -> Field:
    return Field(plain(one.name, 40), container_words(one, moment))


def _untrue(pod: Pod) -> Sequence[Condition]:
    """Return the conditions that keep a pod from being ready: those that are true are no news."""
    return [one for one in pod.status.conditions if one.status != "True"]


def _fields(pod: Pod, moment: Moment) -> list[Field]:
    state = (glyph(mark_of_pod(pod), ascii_only=moment.ascii_only), Piece(" " + plain(pod.state, 60)))
    fields = [Field("state", state)]
    if pod.why:
        fields.append(Field("why", pod.why))
    fields += [
        Field("name", f"{pod.namespace}/{pod.name}"),
        Field("group", pod.group or None),
        Field("machine", pod.spec.node_name or "none yet"),
        Field("address", pod.ip or "none yet"),
        Field("ready", "yes" if pod.ready else "no"),
        Field("restarts", count(pod.restarts)),
        Field("requests", wanted(pod, limits=False)),
        Field("limits", wanted(pod, limits=True)),
        Field("age", "–" if pod.created_at is None else duration(moment.now - pod.created_at)),
    ]
    return fields


def wanted(pod: Pod, *, limits: bool) -> str:
    """Return what a pod asks for, or what it may use: `0.5 CPU, 2.0 GiB, 1 nvidia.com/gpu`."""
    of = pod.limit if limits else pod.requested
    cpu, memory = of("cpu"), of("memory")
    parts = [
        ("no CPU limit" if limits else "no CPU") if cpu is None else f"{amount(cpu)} CPU",
        ("no memory limit" if limits else "no memory") if memory is None else size(memory),
        *(f"{amount(number)} {name}" for name, number in pod.accelerators.items()),
    ]
    return ", ".join(parts)


def container_words(one: ContainerStatus, moment: Moment) -> str:
    """Return how a container is, and how it ended last."""
    parts = [_state_words(one, moment)]
    if one.restart_count:
        parts.append("1 restart" if one.restart_count == 1 else f"{count(one.restart_count)} restarts")
    before = one.last_state.terminated
    if before is not None:
        parts.append(f"before that {_end_words(before, moment)}")
    parts.append(one.image)
    return ", ".join(part for part in parts if part)


def _state_words(one: ContainerStatus, moment: Moment) -> str:
    if one.state.terminated is not None:
        return _end_words(one.state.terminated, moment)
    if one.state.waiting is not None:
        return f"waits: {one.state.waiting.reason}" if one.state.waiting.reason else "waits"
    if one.state.running is not None:
        return "ready" if one.ready else "runs, not ready"
    return "not told"


def _end_words(end: Terminated, moment: Moment) -> str:
    code = "" if end.exit_code is None else f" (exit code {end.exit_code})"
    ended = "" if end.ended_at is None else f" {age(moment.now - end.ended_at)} ago"
    return f"{end.reason or 'ended'}{code}{ended}"


def event_section(events: Sequence[KubernetesEvent] | None, moment: Moment) -> Section:
    """Return what happened to an object, newest first."""
    if events is None:
        return Section("Events", text="Events of Kubernetes cannot be read.", role="dim")
    shown = events[:MOST_EVENTS]
    hidden = len(events) - len(shown)
    title = f"Events, the newest {len(shown)} of {count(len(events))}" if hidden else "Events"
    return Section(title, [Field(_age(event, moment), _event(event), folds=True) for event in shown])


def _age(event: KubernetesEvent, moment: Moment) -> str:
    return age(None if event.at is None else moment.now - event.at)


def _event(event: KubernetesEvent) -> Content:
    role: Role = "warning" if event.is_warning else "ink"
    times = f" {count(event.times)} times" if event.times > 1 else ""
    return (
        *piece(event.reason, role),
        Piece(times, "dim"),
        Piece("  "),
        Piece(plain(" ".join(event.message.split()), LONGEST_MESSAGE), "dim"),
    )
