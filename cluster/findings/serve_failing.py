"""Applications of Serve that could not be deployed, or whose replicas fail."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.cluster.feeds.catalogue import SERVE
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.wording import last_words
from raymon_tui.cluster.snapshot import Snapshot

SERVE_PAGE = "serve"
"""The subject that leads to the page of Serve under More; behind a colon an application."""
_TITLES = {"DEPLOY_FAILED": "failed to deploy", "UNHEALTHY": "is unhealthy"}


def serve_failing(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Name each application that fails, with what its deployment says."""
    serve = snapshot.value(SERVE)
    for name, one in serve.applications.items() if serve is not None else ():
        if one.failing:
            yield failing_application(name, one.status, one.why, one.last_deployed_time_s)


def failing_application(name: str, status: str, why: str, since: float | None = None) -> Finding:
    """Return the finding for an application in one of the states `FAILING`."""
    return Finding(
        id=f"serve-failing:{name}",
        severity=Severity.ERROR,
        title=f"Serve application {name} {_TITLES.get(status, 'fails')}",
        cause=last_words(why) if why else "",
        where="more",
        subject=f"{SERVE_PAGE}:{name}",
        since=since if status == "DEPLOY_FAILED" else None,
        lingers=True,
        hint="Its replicas' logs say more: key 0, Serve, l on the deployment.",
    )
