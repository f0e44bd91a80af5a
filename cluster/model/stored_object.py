"""A reference to an object, held by a worker or a driver."""

from __future__ import annotations

from msgspec import Struct

from raymon_tui.cluster.model.finite import Finite


class StoredObject(Struct, frozen=True, kw_only=True, gc=False):
    """One row of `/api/v0/objects`; `object_size` is -1 where Ray does not know it."""

    object_id: str
    object_size: Finite | None = None
    task_status: str = ""
    attempt_number: int | None = None
    reference_type: str = ""
    call_site: str = ""
    type: str = ""
    pid: int | None = None
    ip: str = ""
