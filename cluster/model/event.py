"""An event that Ray's own components recorded."""

from __future__ import annotations

from msgspec import Struct


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """One event of `/events`, with the sources' differing keys made one. `scope` is `global` or a job id."""

    event_id: str
    source_type: str = ""
    severity: str = ""
    label: str = ""
    message: str = ""
    timestamp: float | None = None
    hostname: str = ""
    pid: int | None = None
    scope: str = "global"
    custom_fields: dict[str, str] = {}
