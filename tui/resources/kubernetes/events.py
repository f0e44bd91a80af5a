"""How an event of Kubernetes looks in a list and in full."""

from __future__ import annotations

from raymon_tui.cluster.kubernetes.event import KubernetesEvent
from raymon_tui.tui.resources.cells import ago, clock, number_column, text_column
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import Content, Piece, piece
from raymon_tui.widgets.numbers import count
from raymon_tui.widgets.states import WARNING, Mark, glyph
from raymon_tui.widgets.table.column import Column, Moment

_NOTE = Mark("·", "-", "dim")


def _reason(event: KubernetesEvent, moment: Moment) -> Content:
    mark = WARNING if event.is_warning else _NOTE
    return (glyph(mark, ascii_only=moment.ascii_only), Piece(" "), *piece(event.reason or "–"))


def _message(event: KubernetesEvent, _moment: Moment) -> Content:
    return piece(" ".join(event.message.split()) or "–", "ink" if event.is_warning else "dim")


def about(event: KubernetesEvent) -> str:
    """Return what an event is about: `RayCluster/demo`, of a pod, as most are about, its name alone."""
    kind, name = event.involved_object.kind, event.involved_object.name
    return name if kind == "Pod" else f"{kind}/{name}"


COLUMNS: tuple[Column[KubernetesEvent], ...] = (
    Column("reason", _reason, lambda e: e.reason, width=16, max_width=26, flex=1),
    Column("ago", lambda e, m: ago(e.at, m), lambda e: e.at, width=4, align="right", descending=True),
    number_column("times", lambda e: e.times, role="dim", width=5, priority=3),
    text_column("about", about, width=24, max_width=44, priority=1),
    Column("message", _message, lambda e: e.message, width=24, flex=5, max_width=400),
)


def sections(event: KubernetesEvent) -> list[Section]:
    """Return an event in full."""
    fields = [
        Field("reason", event.reason or None),
        Field("type", event.type or None),
        Field("about", about(event)),
        Field("last seen", clock(event.at)),
        Field("first seen", clock(event.created_at)),
        Field("times", count(event.times)),
    ]
    return [Section("Event", fields), Section("Message", text=event.message or "none")]
