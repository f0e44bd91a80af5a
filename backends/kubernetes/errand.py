"""What takes long, done once for all who wait for it: whoever stops waiting does not end it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import anyio

from raymon_tui.backends.errors import UnreachableError

T = TypeVar("T")
LONGEST_REST_S = 60.0


class Errand(Generic[T]):
    """Runs `do` in a task of its own. It belongs to one event loop.

    A failure counts for `rest_s` seconds, for longer each time until it succeeds: it is raised, and nothing is done.
    """

    def __init__(self, do: Callable[[], Awaitable[T]], rest_s: float = 0.0) -> None:
        self._do = do
        self._rest_s = rest_s
        self._failures = 0
        self._failed_at = 0.0
        self._scope: anyio.CancelScope | None = None
        self._task: asyncio.Task[None] | None = None
        self._ended = anyio.Event()
        self._outcome: tuple[T] | Exception | None = None

    @property
    def runs(self) -> bool:
        """Whether it is at work."""
        return self._scope is not None

    def begin(self) -> None:
        """Set about it, unless it is at work, or failed a moment ago."""
        if self.runs or self._rests:
            return
        self._scope, self._ended = anyio.CancelScope(), anyio.Event()
        self._task = asyncio.get_running_loop().create_task(self._run(self._scope, self._ended))

    async def result(self) -> T:
        """Return what comes of it, or raise what went wrong; what is at work already is waited for."""
        self.begin()
        if self.runs:
            await self._ended.wait()
        if isinstance(self._outcome, tuple):
            return self._outcome[0]
        failure = self._outcome or UnreachableError("wait for an answer", "it was not waited for", "try again")
        raise failure.with_traceback(None)

    async def aclose(self) -> None:
        """End it where it is at work; whoever waits is told."""
        if self._scope is not None and self._task is not None:
            self._scope.cancel()
            await asyncio.wait((self._task,))

    @property
    def _rests(self) -> bool:
        rest_s = min(LONGEST_REST_S, self._rest_s * 2.0 ** (self._failures - 1)) if self._failures else 0.0
        return asyncio.get_running_loop().time() - self._failed_at < rest_s

    async def _run(self, scope: anyio.CancelScope, ended: anyio.Event) -> None:
        self._outcome = None
        try:
            with scope:
                self._outcome, self._failures = (await self._do(),), 0
        except Exception as failure:
            self._outcome = failure
            self._failures += 1
            self._failed_at = asyncio.get_running_loop().time()
        finally:
            # A thread that works for it looks at the scope, which knows nothing of a loop that ends.
            scope.cancel()
            self._scope = None
            ended.set()
