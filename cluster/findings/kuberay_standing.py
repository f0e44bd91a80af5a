"""Whether anybody looks at an object of KubeRay, and whether it is to stand still: the same for all its kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from raymon_tui.backends.kuberay import QUEUE_LABEL
from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.kubernetes.metadata import Condition, Metadata

UNSEEN_S = 30.0
"""An operator that works looks at a new object within a second."""
KUBERNETES_PAGE = "kubernetes"
"""The subject that leads to the page of Kubernetes under More; behind a colon a row of it: `kubernetes:Pod/demo-x`."""
_OPERATOR = "ray.io/kuberay-operator"


class KubeRayObject(Protocol):
    """What all objects of KubeRay can say of that."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def metadata(self) -> Metadata:
        """Its labels and times."""

    @property
    def created_at(self) -> float | None:
        """When it was made."""

    @property
    def managed_by(self) -> str:
        """Which controller is to look at it; "" for KubeRay's own."""

    @property
    def seen_by_operator(self) -> bool:
        """Whether an operator has ever said anything of it."""

    @property
    def suspended(self) -> bool:
        """Whether it is to stand still."""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the operator says of its sides."""


def page_of(kind: str, name: str) -> str:
    """Return the subject that leads to one object's row on the page of Kubernetes."""
    return f"{KUBERNETES_PAGE}:{kind}/{name}"


def standing(kind: str, found: KubeRayObject, now: float) -> Iterator[Finding]:
    """Yield what holds an object up before anything of its own can go wrong."""
    if found.suspended:
        yield _suspended(kind, found)
    elif not found.seen_by_operator:
        yield from _unseen(kind, found, now)


def _suspended(kind: str, found: KubeRayObject) -> Finding:
    said = next((one for one in found.conditions if one.type.endswith("Suspended") and one.status == "True"), None)
    queue = found.metadata.labels.get(QUEUE_LABEL)
    by_kueue = f"Kueue holds it in the queue {queue}: kubectl get workloads tells what it waits for."
    return Finding(
        id=f"suspended:{kind}:{found.name}",
        severity=Severity.WARNING,
        title=f"{kind} {found.name} is suspended",
        cause="spec.suspend is true, so " + ("it makes no jobs" if kind == "RayCronJob" else "it has no pods"),
        where="more",
        subject=page_of(kind, found.name),
        since=None if said is None else said.since,
        hint=by_kueue if queue else "spec.suspend: false starts it.",
    )


def _unseen(kind: str, found: KubeRayObject, now: float) -> Iterator[Finding]:
    if found.created_at is None or now - found.created_at <= UNSEEN_S:
        return
    elsewhere = found.managed_by not in ("", _OPERATOR)
    yield Finding(
        id=f"operator-missing:{kind}:{found.name}",
        severity=Severity.INFO if elsewhere else Severity.ERROR,
        title=f"{found.managed_by} runs {found.name}" if elsewhere else f"no operator looks at {kind} {found.name}",
        cause="spec.managedBy names it, so KubeRay does not" if elsewhere else "the object is there, but has no status",
        where="more",
        subject=page_of(kind, found.name),
        since=found.created_at,
        hint="It may run in another cluster."
        if elsewhere
        else "Does KubeRay's operator run, and watch this namespace?",
    )
