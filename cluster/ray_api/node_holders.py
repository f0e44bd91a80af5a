"""Which worker processes hold a node's resources, whether they do anything with them or not."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from raymon_tui.cluster.model.finite import Finite
from raymon_tui.cluster.model.node import Holder

_OF_A_GROUP = re.compile(r"^(?P<name>.+?)Group\d*[0-9A-Fa-f]{20,}$")
"""`CPU_group_0_<id>` and `CPU_group_<id>`, as the dashboard mangles them."""
_BUNDLE_MARK = "bundle"


class _Slot(Struct, frozen=True, gc=False):
    allocation: Finite = 0.0


class _Slots(Struct, frozen=True, gc=False, rename="camel"):
    resource_slots: list[_Slot] = []


class CoreWorker(Struct, frozen=True, gc=False, rename="camel"):
    """One row of `raylet.coreWorkersStats`."""

    pid: int | None = None
    worker_id: str | None = None
    actor_id: str | None = None
    job_id: str | None = None
    num_running_tasks: int | None = None
    used_resources: dict[str, _Slots] | None = None


def read_holders(rows: Iterable[CoreWorker]) -> tuple[Holder, ...]:
    """Return the workers that hold anything; the names of resources are mangled still."""
    return tuple(
        Holder(
            pid=row.pid,
            worker_id=row.worker_id,
            actor_id=real_id(row.actor_id),
            job_id=row.job_id or None,
            resources=held,
            running_tasks=row.num_running_tasks,
        )
        for row in rows
        if (held := _held(row))
    )


def real_id(hex_id: str | None) -> str | None:
    """Return an id, or None for the id of nothing, which is written all in f."""
    return hex_id if hex_id and hex_id.strip("f") else None


def _held(row: CoreWorker) -> dict[str, float]:
    """Return what a worker holds by resource; inside a placement group each is there twice, by bundle and in all."""
    held: dict[str, float] = {}
    for key, slots in (row.used_resources or {}).items():
        found = _OF_A_GROUP.match(key)
        name = found["name"] if found else key
        if name != _BUNDLE_MARK:
            held[name] = max(held.get(name, 0.0), sum(slot.allocation for slot in slots.resource_slots))
    return held
