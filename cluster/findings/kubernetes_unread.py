"""What Kubernetes tells no more, so that what is shown of it is old."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.cluster.findings.feed_failing import FAILURES
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.findings.kuberay_standing import KUBERNETES_PAGE
from raymon_tui.cluster.findings.wording import sentence
from raymon_tui.cluster.kubernetes.picture import KUBERNETES
from raymon_tui.cluster.kubernetes.unread import API_SERVER
from raymon_tui.cluster.ray_api.words import spoken
from raymon_tui.cluster.snapshot import Snapshot


def kubernetes_unread(snapshot: Snapshot, _now: float) -> Iterator[Finding]:
    """Name each kind that cannot be read any more. What never could be is no news: the page of Kubernetes says it."""
    picture = snapshot.value(KUBERNETES)
    for one in () if picture is None else picture.unread:
        if not (one.known or one.what == API_SERVER) or not (one.lasts or one.failures >= FAILURES):
            continue
        silent = "The API server does not answer"
        yield Finding(
            id=f"kubernetes-unread:{one.what}",
            severity=Severity.WARNING,
            title=silent if one.what == API_SERVER else f"Kubernetes tells nothing of {one.what} any more",
            cause=sentence(spoken(one.said, 200)),
            where="more",
            subject=KUBERNETES_PAGE,
            since=one.since,
            hint=one.advice,
        )
