"""Log files of nodes, and a window into one."""

from __future__ import annotations

from msgspec import Struct


class LogFile(Struct, frozen=True, kw_only=True):
    """One file under a node's log directory. `size` and `modified_at` are None where they cannot be learned."""

    node_id: str
    name: str
    component: str = ""
    size: int | None = None
    modified_at: float | None = None


class LogWindow(Struct, frozen=True, kw_only=True):
    """Part of a file: `data` starts at byte `start` of `size`. Where offsets are not known both are None."""

    data: bytes
    start: int | None = None
    size: int | None = None
