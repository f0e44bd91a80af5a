"""The State API's lists: `/api/v0/{tasks,actors,nodes,…}`, their filters, and their account of what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote

from msgspec import Raw, Struct, structs

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.model.page import Filter, Page
from raymon_tui.cluster.ray_api.asking import LIST_TIMEOUT_S, Get
from raymon_tui.cluster.ray_api.rows import decode_rows, decode_split
from raymon_tui.cluster.ray_api.words import complaint

T = TypeVar("T")

MOST_ROWS = 10_000
"""Ray refuses a higher limit."""
LONGEST_SENT = 2000
"""Of a filter's value as bytes in an address, of which the dashboard takes 8190 in all."""


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
    """Return the rows of `/api/v0/{kind}` that pass all `filters`, at most `limit` (and never over `MOST_ROWS`).

    A filter whose value is too long to be sent is applied here, to so many rows.
    """
    path = f"/api/v0/{kind}"
    params = [("limit", str(max(1, min(limit, MOST_ROWS)))), ("timeout", str(max(1, int(timeout_s))))]
    if detail:
        params.append(("detail", "1"))
    kept = [one for one in filters if len(quote(one.value)) > LONGEST_SENT]
    for one in filters:
        if one in kept:
            continue
        params += [("filter_keys", one.key), ("filter_predicates", one.predicate), ("filter_values", one.value)]
    body = await get(path, params, timeout_s=timeout_s)
    page = await read_list(body, type_, asked=path)
    return _narrowed(page, kept) if kept else page


def _narrowed(page: Page[T], filters: Sequence[Filter]) -> Page[T]:
    """Return what passes `filters` too; what was not looked at for them counts as unseen."""
    rows = tuple(row for row in page.rows if all(_passes(row, one) for one in filters))
    looked_at = len(page.rows) + page.unreadable
    return structs.replace(page, rows=rows, num_after_truncation=looked_at, num_filtered=len(rows))


def _passes(row: object, condition: Filter) -> bool:
    return (getattr(row, condition.key, None) == condition.value) == (condition.predicate == "=")


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
