"""What of Kubernetes cannot be read now, why, and as of when what is shown of it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from raymon_tui.backends.errors import RaymonError, RefusedError, RouteMissingError

API_SERVER = "API server"
"""Stands among what cannot be read for the server itself."""


class Unread(Struct, frozen=True, kw_only=True):
    """A kind of object that cannot be read now, and why; what was last read of it stays in the picture.

    `failures` were counted since `since` (seconds since the epoch); `known` says that it was read before, so that what
    is shown of it is as old as that. `lasts`: it was refused, or there is no such kind, which the next try will hardly
    change; `missing` is the second of these.
    """

    what: str
    said: str
    advice: str = ""
    since: float
    failures: int = 1
    known: bool = False
    lasts: bool = False
    missing: bool = False


class UnreadKinds:
    """Keeps account of what cannot be read. `clock` gives seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._read: set[str] = set()
        self._unread: dict[str, Unread] = {}

    def __iter__(self) -> Iterator[Unread]:
        """Yield each, in the order in which they began to fail."""
        return iter(tuple(self._unread.values()))

    def take(self, what: str, failure: RaymonError | None) -> None:
        """Take note of an answer, or of the failure in its place."""
        before = self._unread.get(what)
        if failure is None:
            self._read.add(what)
            self._unread.pop(what, None)
            return
        self._unread[what] = Unread(
            what=what,
            said=failure.said,
            advice=failure.advice,
            since=self._clock() if before is None else before.since,
            failures=1 if before is None else before.failures + 1,
            known=what in self._read,
            lasts=isinstance(failure, RefusedError | RouteMissingError),
            missing=isinstance(failure, RouteMissingError),
        )
