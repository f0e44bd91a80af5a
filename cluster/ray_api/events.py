"""What Ray's components recorded, from `/events`."""

from __future__ import annotations

from functools import partial
from typing import Any

from msgspec import Raw, Struct

from raymon_tui.cluster.model.event import Event
from raymon_tui.cluster.model.finite import Finite
from raymon_tui.cluster.ray_api.asking import Get
from raymon_tui.cluster.ray_api.reply import payload
from raymon_tui.cluster.ray_api.rows import decode_into, decode_split
from raymon_tui.cluster.ray_api.words import without_escapes

_PATH = "/events"
_SURELY_MILLISECONDS = 1e11


class _EventRow(Struct, frozen=True, gc=False, rename="camel"):
    event_id: str
    source_type: str | None = None
    severity: str | None = None
    label: str | None = None
    message: str | None = None
    timestamp: Finite | None = None
    host_name: str | None = None
    source_hostname: str | None = None
    pid: int | None = None
    source_pid: int | None = None
    custom_fields: dict[str, Any] | None = None


class _Data(Struct, frozen=True, gc=False):
    events: dict[str, list[Raw]] = {}


async def ask_events(get: Get) -> tuple[Event, ...]:
    """Return the events of all scopes, the newest last; without a time first."""
    body = await get(_PATH, {"nocache": "1"})
    data = await decode_split(payload(body, asked=_PATH), _Data, asked=_PATH)
    events: list[Event] = []
    for scope, raws in data.events.items():
        found, _ = await decode_into(raws, _EventRow, partial(_event, scope))
        events += found
    return tuple(sorted(events, key=lambda event: event.timestamp or 0.0))


def _event(scope: str, row: _EventRow) -> Event:
    return Event(
        event_id=row.event_id,
        source_type=row.source_type or "",
        severity=row.severity or "",
        label=row.label or "",
        message=without_escapes(row.message or ""),
        timestamp=_moment(row.timestamp),
        hostname=row.source_hostname or row.host_name or "",
        pid=row.source_pid or row.pid,
        scope=scope,
        custom_fields={key: str(value) for key, value in (row.custom_fields or {}).items() if value is not None},
    )


def _moment(timestamp: float | None) -> float | None:
    if timestamp is None or timestamp <= 0:
        return None
    return timestamp / 1000 if timestamp > _SURELY_MILLISECONDS else timestamp
