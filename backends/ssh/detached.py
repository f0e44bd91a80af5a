"""Work that blocks, on a thread that nobody has to wait for: what it brings after all is given back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")


_of_thread = threading.local()


def loop_of_caller() -> asyncio.AbstractEventLoop:
    """Return the event loop that waits for the work of this thread."""
    loop: asyncio.AbstractEventLoop = _of_thread.loop
    return loop


async def detached(work: Callable[[], T], unwanted: Callable[[T], object] = lambda _result: None) -> T:
    """Return what `work` returns, or raise what it raises.

    Whoever is cancelled goes at once, and the thread ends when it can; it does not keep the program from ending. What
    `work` then returns is given to `unwanted`, on a thread too.
    """
    waited_for = _WaitedFor[T](asyncio.get_running_loop())

    def do() -> None:
        _of_thread.loop = waited_for.loop
        try:
            result = work()
        except BaseException as error:
            waited_for.fail(error)
        else:
            if not waited_for.give(result):
                unwanted(result)

    _start(do)
    try:
        return await waited_for.future
    except asyncio.CancelledError:
        for result in waited_for.let_go():
            _start(partial(unwanted, result))
        raise


class _WaitedFor(Generic[T]):
    """A result on its way from a thread to an event loop, which may not want it any more by then."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.future: asyncio.Future[T] = loop.create_future()
        self.loop = loop
        self._lock = threading.Lock()
        self._results: list[T] = []
        self._wanted = True

    def give(self, result: T) -> bool:
        """Give the result; returns False where it is not wanted any more."""
        with self._lock:
            if self._wanted:
                self._results.append(result)
            wanted = self._wanted
        return wanted and self._tell(self._take)

    def fail(self, error: BaseException) -> None:
        """Give the failure in place of a result."""
        self._tell(lambda: None if self.future.done() else self.future.set_exception(error))

    def let_go(self) -> list[T]:
        """Want nothing any more; returns what was given already."""
        with self._lock:
            self._wanted = False
            return self._results

    def _take(self) -> None:
        if not self.future.done():
            self.future.set_result(self._results[0])

    def _tell(self, what: Callable[[], object]) -> bool:
        try:
            self.loop.call_soon_threadsafe(what)
        except RuntimeError:
            # The loop has ended, and nobody is there any more.
            return False
        return True


def _start(work: Callable[[], object]) -> None:
    threading.Thread(target=work, name="ssh", daemon=True).start()
