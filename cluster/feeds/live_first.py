"""A list of tasks that never lacks those that run: Ray cuts a long list by task id, whatever state they are in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from raymon_tui.cluster.model.page import Filter, Page
from raymon_tui.cluster.model.task import Task

if TYPE_CHECKING:
    from raymon_tui.cluster.ray_api.client import RayApi

_IN_TURN = (
    (Filter("state", "!=", "FINISHED"), Filter("state", "!=", "FAILED")),
    (Filter("state", "=", "FAILED"),),
    (Filter("state", "=", "FINISHED"),),
)
_TELLING = frozenset({"state", "task_id"})
"""Filters on these leave nothing to put first."""


async def ask_live_first(api: RayApi, filters: Sequence[Filter], *, limit: int, detail: bool) -> Page[Task]:
    """Return the attempts that pass `filters`, at most `limit`: live ones, then failed ones, then finished ones.

    GCS filters by state, so the three questions cost the head together what one of them all would.
    """
    if any(one.key in _TELLING for one in filters):
        return await api.tasks(filters, limit=limit, detail=detail)
    pages: list[Page[Task]] = []
    for states in _IN_TURN:
        room = limit - sum(len(page.rows) for page in pages)
        pages.append(await api.tasks((*filters, *states), limit=max(1, room), detail=detail))
    return joined(pages, limit)


def joined(pages: Sequence[Page[Task]], limit: int) -> Page[Task]:
    """Return pages as one, with at most `limit` rows; an attempt that changed its state in between is there once."""
    attempts: dict[tuple[str, int], Task] = {}
    for page in pages:
        for row in page.rows:
            attempts.setdefault((row.task_id, row.attempt_number), row)
    failures = dict.fromkeys(page.partial_failure_warning for page in pages if page.partial_failure_warning)
    return Page(
        rows=tuple(attempts.values())[:limit],
        total=_sum(page.total for page in pages),
        num_after_truncation=_sum(page.num_after_truncation for page in pages),
        num_filtered=_sum(page.num_filtered for page in pages),
        partial_failure_warning=" ".join(failures),
        warnings=tuple(dict.fromkeys(warning for page in pages for warning in page.warnings)),
        unreadable=sum(page.unreadable for page in pages),
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    """Return the sum, or None where one of them is not known."""
    known = list(numbers)
    return None if None in known else sum(number for number in known if number is not None)
