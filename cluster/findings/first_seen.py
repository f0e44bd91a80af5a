"""Since when a trouble lasts, where the cluster itself does not say."""

from __future__ import annotations

from msgspec import structs

from raymon_tui.cluster.findings.finding import Finding

FORGET_AFTER_S = 60.0
"""A trouble that comes and goes within this time counts as one."""


class FirstSeen:
    """Remembers when each finding was first and last there."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float]] = {}

    def stamp(self, findings: tuple[Finding, ...], now: float) -> tuple[Finding, ...]:
        """Return the findings with `since` filled in where it was None."""
        for finding in findings:
            first, _ = self._seen.get(finding.id, (now, now))
            self._seen[finding.id] = (min(first, now), now)
        self._seen = {name: times for name, times in self._seen.items() if now - times[1] <= FORGET_AFTER_S}
        return tuple(
            structs.replace(finding, since=self._seen[finding.id][0]) if finding.since is None else finding
            for finding in findings
        )

    def clear(self) -> None:
        """Forget all: the cluster is another one."""
        self._seen.clear()
