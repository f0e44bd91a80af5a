"""Since when a trouble lasts, where the cluster itself does not say, and trouble that comes and goes."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from raymon_tui.cluster.findings.finding import Finding, by_urgency
from raymon_tui.cluster.model.quantity import age

FORGET_AFTER_S = 60.0
"""A trouble that comes and goes within this time counts as one."""


class FirstSeen:
    """Remembers when each finding was first and last there, and those that linger as they were then."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float]] = {}
        self._lingering: dict[str, Finding] = {}

    def stamp(self, findings: tuple[Finding, ...], now: float) -> tuple[Finding, ...]:
        """Return the findings with `since` filled in where it was None, and those that linger, by urgency."""
        for finding in findings:
            first, _ = self._seen.get(finding.id, (now, now))
            self._seen[finding.id] = (min(first, now), now)
        self._seen = {name: times for name, times in self._seen.items() if now - times[1] <= FORGET_AFTER_S}
        stamped = tuple(
            structs.replace(finding, since=self._seen[finding.id][0]) if finding.since is None else finding
            for finding in findings
        )
        known = {name: one for name, one in self._lingering.items() if name in self._seen}
        self._lingering = known | {one.id: one for one in stamped if one.lingers}
        gone = tuple(self._gone({one.id for one in stamped}, now))
        return by_urgency((*stamped, *gone), now) if gone else stamped

    def _gone(self, there: set[str], now: float) -> Iterator[Finding]:
        """Yield those that linger and are not there just now, saying so."""
        for name, finding in self._lingering.items():
            if name not in there:
                away = f"not so for {age(now - self._seen[name][1])}"
                yield structs.replace(finding, cause=f"{away}; {finding.cause}" if finding.cause else away)

    def clear(self) -> None:
        """Forget all: the cluster is another one."""
        self._seen.clear()
        self._lingering.clear()
