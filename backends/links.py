"""What stands between this machine and a dashboard, each part of which can be tried alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from raymon_tui.backends.base import Backend


@dataclass(frozen=True)
class Link:
    """One part of the way, tried after those before it.

    `name` is what it is called: one or two words. `attempt` tries it and returns what was found, in a few words; it
    raises the `RaymonError` that says why it is broken.
    """

    name: str
    attempt: Callable[[], Awaitable[str]]


@runtime_checkable
class Linked(Protocol):
    """A backend that knows the parts of its way, from here to the machine that dials the dashboard."""

    def links(self) -> Sequence[Link]:
        """Return the parts in their order; the dashboard's own port is not among them."""


def links_of(backend: Backend) -> tuple[Link, ...]:
    """Return the parts of the way to the dashboard's port, that port being the last."""

    async def dial() -> str:
        stream = await backend.dial(backend.dashboard)
        await stream.aclose()
        return str(backend.dashboard)

    own = backend.links() if isinstance(backend, Linked) else ()
    return (*own, Link("dashboard port", dial))
