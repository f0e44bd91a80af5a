"""A shell on the head, in the terminal that the program gives away meanwhile."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import anyio
from textual.app import App

from raymon_tui.backends.base import LOGIN_SHELL, Executing
from raymon_tui.backends.errors import RaymonError

Heard = Callable[[signal.Signals], object]

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that ask a program for its end."""


def hear_signals(heard: Heard) -> None:
    """Tell `heard` of every signal that asks for the end of this program, in place of whoever was told before."""
    loop = asyncio.get_running_loop()
    for sent in ENDING:
        loop.add_signal_handler(sent, partial(heard, sent))


async def shell_on_head(app: App[Any], backend: Executing, heard: Heard) -> None:
    """Run a shell; `heard` is told of a signal that asked for the end of this program, once the shell has ended for it.

    Raises the `RaymonError` of the way there, and `SuspendNotSupported` where the terminal cannot be given away.
    """
    failure: RaymonError | None = None
    # The cluster is read on meanwhile, but nothing is drawn.
    with app.suspend(), app.batch_update(), _ended_by_signals() as asked:
        # What is raised in here would leave the terminal given away.
        try:
            await backend.execute(LOGIN_SHELL, terminal=True, signals=False)
        except RaymonError as error:
            failure = error
    hear_signals(heard)
    if asked:
        heard(asked[0])
    elif failure is not None:
        raise failure


@contextmanager
def _ended_by_signals() -> Iterator[list[signal.Signals]]:
    """Cancel what stands inside when a signal asks for the end, but for Ctrl-C, which is the shell's own."""
    asked: list[signal.Signals] = []
    with anyio.CancelScope() as scope:

        def hear(sent: signal.Signals) -> None:
            if sent != signal.SIGINT:
                asked.append(sent)
                scope.cancel()

        hear_signals(hear)
        yield asked
