"""A worker process as GCS knows it."""

from __future__ import annotations

from msgspec import Struct

from raymon_tui.cluster.model.finite import Finite


class Worker(Struct, frozen=True, kw_only=True, gc=False):
    """One row of `/api/v0/workers`; a time of 0 or of 2^64-1 means "none"."""

    worker_id: str
    is_alive: bool | None = None
    worker_type: str = ""
    exit_type: str | None = None
    exit_detail: str | None = None
    node_id: str | None = None
    ip: str = ""
    pid: int | None = None
    start_time_ms: Finite | None = None
    end_time_ms: Finite | None = None
