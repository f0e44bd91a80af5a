"""What knows of a cluster beside Ray's dashboard, and says by itself when it knows more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from raymon_tui.backends.base import Backend, KubernetesObjects
from raymon_tui.cluster.feeds.feed import Reading

Changed = Callable[[Collection[str]], None]


class Source(Protocol):
    """Readings of feeds that are `pushed`. Failures are data in them; none is raised."""

    def readings(self) -> Mapping[str, Reading[Any]]:
        """Return the present readings by feed name: the same objects again while nothing has changed."""

    async def run(self, changed: Changed) -> None:
        """Keep the readings fresh until cancelled, and tell the names of those that changed."""

    async def once(self) -> bool:
        """Read everything once; return whether there is such a cluster at all."""


def source_of(backend: Backend, clock: Callable[[], float]) -> Source | None:
    """Return what knows more of the cluster behind `backend`; None where nothing does."""
    if not isinstance(backend, KubernetesObjects):
        return None
    # Imported here: other clusters need none of it.
    from raymon_tui.cluster.kubernetes.source import KubernetesSource  # noqa: PLC0415

    return KubernetesSource(backend, clock)
