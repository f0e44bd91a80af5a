"""The State API's lists: limit, filters and counts, as Ray 2.60 answers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from multidict import MultiMapping

MOST_ROWS = 10_000


class BadQueryError(Exception):
    """A query that Ray answers with 400."""


@dataclass(slots=True)
class Row:
    """One row: its fields, those that only `detail` adds, and both encoded once, when first asked for."""

    fields: dict[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)
    _brief: bytes = b""
    _detailed: bytes = b""

    def encoded(self, *, detail: bool) -> bytes:
        """Return the row as JSON."""
        if detail:
            if not self._detailed:
                self._detailed = msgspec.json.encode({**self.fields, **self.extra})
            return self._detailed
        if not self._brief:
            self._brief = msgspec.json.encode(self.fields)
        return self._brief

    def change(self, fields: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> None:
        """Set some fields."""
        self.fields.update(fields)
        self.extra.update(extra or {})
        self._brief = self._detailed = b""


@dataclass(frozen=True)
class Kind:
    """What may be filtered in a kind of row, and what of that GCS itself filters: `total` then counts the matches."""

    filterable: frozenset[str]
    at_gcs: frozenset[str] = frozenset()

    @classmethod
    def of(cls, filterable: str, at_gcs: str = "") -> Kind:
        """Make one from names with spaces between them."""
        return cls(frozenset(filterable.split()), frozenset(at_gcs.split()))


@dataclass(frozen=True)
class _Filter:
    key: str
    equal: bool
    value: str

    def passes(self, row: Row) -> bool:
        return (str(row.fields.get(self.key)).lower() == self.value) == self.equal


def answer(kind: Kind, rows: Sequence[Row], query: MultiMapping[str]) -> tuple[bytes, int]:
    """Return the whole body for `rows`, which are sorted by their id, how many GCS found; raises `BadQueryError`."""
    limit = _limit(query.get("limit", "100"))
    filters = _filters(kind, query)
    detail = query.get("detail", "").lower() in {"1", "true"}
    known = _passing(rows, [one for one in filters if one.key in kind.at_gcs])
    looked_at = known[:MOST_ROWS]
    found = _passing(looked_at, [one for one in filters if one.key not in kind.at_gcs])
    body = b", ".join(row.encoded(detail=detail) for row in found[:limit])
    whole = envelope(b"[" + body + b"]", total=len(known), looked_at=len(looked_at), filtered=len(found))
    return whole, len(known)


def envelope(result: bytes, *, total: int, looked_at: int, filtered: int) -> bytes:
    """Wrap an encoded result as the State API does."""
    counts = f'"total": {total}, "num_after_truncation": {looked_at}, "num_filtered": {filtered}'
    head = f'{{"result": true, "msg": "", "data": {{"result": {{{counts}, "result": '
    return head.encode() + result + b', "partial_failure_warning": "", "warnings": null}}}'


def _passing(rows: Sequence[Row], filters: Iterable[_Filter]) -> Sequence[Row]:
    for one in filters:
        rows = [row for row in rows if one.passes(row)]
    return rows


def _limit(text: str) -> int:
    if not text.isdecimal():
        raise BadQueryError(f"invalid limit {text}")
    if int(text) > MOST_ROWS:
        raise BadQueryError(f"Given limit {text} exceeds the supported limit {MOST_ROWS}. Use a lower limit.")
    return int(text)


def _filters(kind: Kind, query: MultiMapping[str]) -> list[_Filter]:
    keys, predicates, values = (query.getall(f"filter_{part}", []) for part in ("keys", "predicates", "values"))
    for key in keys:
        if key not in kind.filterable:
            raise BadQueryError(f"The given filter column {key} is not supported.")
    return [_Filter(key, said == "=", value.lower()) for key, said, value in zip(keys, predicates, values, strict=True)]
