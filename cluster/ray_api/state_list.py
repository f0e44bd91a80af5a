"""The State API's lists: `/api/v0/{tasks,actors,nodes,…}`, their filters, and their account of what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Raw, Struct

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.model.page import Filter, Page
from raymon_tui.cluster.ray_api.asking import LIST_TIMEOUT_S, Get
from raymon_tui.cluster.ray_api.rows import decode_rows, decode_split
from raymon_tui.cluster.ray_api.words import complaint

T = TypeVar("T")

MOST_ROWS = 10_000
"""Ray refuses a higher limit."""


class _Listing(Struct, frozen=True):
    result: list[Raw] = []
    total: int | None = None
    num_after_truncation: int | None = None
    num_filtered: int | None = None
    partial_failure_warning: str | None = None
    warnings: list[str] | str | None = None


class _Data(Struct, frozen=True):
    result: _Listing | None = None


class _Reply(Struct, frozen=True):
    data: _Data | None = None
    result: bool = True
    msg: str = ""


async def ask_list(
    get: Get,
    kind: str,
    type_: type[T],
    filters: Sequence[Filter] = (),
    *,
    limit: int = 1000,
    detail: bool = False,
    timeout_s: float = LIST_TIMEOUT_S,
) -> Page[T]:
    """Return the rows of `/api/v0/{kind}` that pass all `filters`, at most `limit` (and never over `MOST_ROWS`)."""
    path = f"/api/v0/{kind}"
    params = [("limit", str(max(1, min(limit, MOST_ROWS)))), ("timeout", str(max(1, int(timeout_s))))]
    if detail:
        params.append(("detail", "1"))
    for one in filters:
        params += [("filter_keys", one.key), ("filter_predicates", one.predicate), ("filter_values", one.value)]
    body = await get(path, params, timeout_s=timeout_s)
    return await read_list(body, type_, asked=path)


async def read_list(body: bytes, type_: type[T], *, asked: str) -> Page[T]:
    """Return the rows of a State API answer; raises `BadAnswerError` where it holds no list at all."""
    reply = await decode_split(body, _Reply, asked=asked)
    if not reply.result or reply.data is None or reply.data.result is None:
        raise BadAnswerError(f"asking Ray for {asked}", complaint(reply.msg) or "an answer without a list", "")
    listing = reply.data.result
    rows, unreadable = await decode_rows(listing.result, type_)
    warnings = [listing.warnings] if isinstance(listing.warnings, str) else listing.warnings or []
    return Page(
        rows=tuple(rows),
        total=listing.total,
        num_after_truncation=listing.num_after_truncation,
        num_filtered=listing.num_filtered,
        partial_failure_warning=listing.partial_failure_warning or "",
        warnings=tuple(warnings),
        unreadable=unreadable,
    )


def matching(page: Page[T]) -> int | None:
    """Return how many match the filters of `page` at all, as exactly as Ray's account of it says.

    A filter that GCS applies is in `total` already. One that the dashboard applies is in `num_filtered` only, which
    counts at most the rows that the dashboard looked at.
    """
    if page.num_filtered is None or page.num_filtered == page.num_after_truncation:
        return page.total
    return page.num_filtered
