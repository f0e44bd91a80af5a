"""One thing that needs attention, with its cause."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from msgspec import Struct


class Severity(IntEnum):
    """How urgent a finding is; higher is worse."""

    INFO = 0
    WARNING = 1
    ERROR = 2


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that needs attention.

    `id` stays the same while the trouble lasts. `title` names it in a few words, `cause` says why in one sentence,
    `where` is the pane that shows more (`nodes`, `autoscaler`, `jobs`, `tasks`, `actors`, `more`), `subject` the row's
    key there, `since` seconds since the epoch, `hint` what to do. `of_head`: the head, or the way to it, is in
    trouble, without which nothing else works. `lingers`: such trouble comes and goes, so it is told for a while longer.
    """

    id: str
    severity: Severity
    title: str
    cause: str = ""
    where: str = ""
    subject: str = ""
    since: float | None = None
    hint: str = ""
    of_head: bool = False
    lingers: bool = False


def by_urgency(findings: Iterable[Finding], now: float) -> tuple[Finding, ...]:
    """Return findings worst first, of what is equally bad that of the head, then longest first."""
    return tuple(sorted(findings, key=lambda one: (-one.severity, not one.of_head, one.since or now, one.id)))
