"""Tells listeners about changes, several of them at once rather than often."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

import anyio

from raymon_tui.cluster.snapshot import Snapshot

Listener = Callable[[Snapshot, frozenset[str]], None]

_log = logging.getLogger(__name__)


class Announcer:
    """Gathers the names of what changed, and hands them on with a snapshot, at most once in `gap_s` seconds."""

    def __init__(self, build: Callable[[frozenset[str]], Snapshot], gap_s: float = 0.1) -> None:
        self._build = build
        self._gap_s = gap_s
        self._listeners: list[Listener] = []
        self._changed: set[str] = set()
        self._pending = False
        self._stirred: anyio.Event | None = None

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each new snapshot; returns what ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def mark(self, names: Iterable[str]) -> None:
        """Note that the readings of these feeds changed; without any, that something else did."""
        self._changed.update(names)
        self._pending = True
        if self._stirred is not None:
            self._stirred.set()

    async def run(self) -> None:
        """Announce until cancelled."""
        while True:
            self._stirred = anyio.Event()
            if not self._pending:
                await self._stirred.wait()
            self.announce()
            await anyio.sleep(self._gap_s)

    def announce(self) -> None:
        """Tell everybody now. A listener that fails is logged, and the others are told all the same."""
        changed, self._changed, self._pending = frozenset(self._changed), set(), False
        try:
            snapshot = self._build(changed)
        except Exception:
            _log.exception("no snapshot could be made")
            return
        for listener in tuple(self._listeners):
            _tell(listener, snapshot, changed)


def _tell(listener: Listener, snapshot: Snapshot, changed: frozenset[str]) -> None:
    try:
        listener(snapshot, changed)
    except Exception:
        _log.exception("a listener failed")
