"""A command elsewhere with this terminal's input, output and signals: what all ways there have in common."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable

import anyio
from anyio import to_thread

SendSignal = Callable[[signal.Signals], Awaitable[None]]
MARK = b"\x1eraymon-tui "
"""Comes before the process id and the command's own output: a login shell may have printed something before."""
HUNG_UP_S = 2.0
"""So long a command may take to end once its terminal was closed."""
_LONGEST_MARK = 32


class OwnOutput:
    """Takes the mark out of what comes, and with it, unless it is a terminal's, all that stands before.

    A terminal's is not held back: a login shell may ask for something there, such as a new password.
    """

    def __init__(self, began: Callable[[int], None], *, hold_back: bool) -> None:
        self._tell = began
        self._waiting = b""
        self._begun = False
        self._hold_back = hold_back

    def of(self, data: bytes) -> bytes:
        """Return what of `data` is to be written; the rest waits for more."""
        return data if self._begun else self._behind_mark(self._waiting + data)

    def _behind_mark(self, data: bytes) -> bytes:
        before, mark, rest = data.partition(MARK)
        number, line_break, behind = rest.partition(b"\n")
        if mark and line_break:
            self._begun, self._waiting = True, b""
            # A terminal ends lines in its own way.
            if number.rstrip(b"\r").isdigit():
                self._tell(int(number))
            return behind if self._hold_back else before + behind
        if self._hold_back:
            self._waiting = data
            return b""
        kept = data.rfind(MARK[:1], -_LONGEST_MARK)
        self._waiting = data[kept:] if kept >= 0 else b""
        return data[:kept] if kept >= 0 else data


async def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`, however long its reader takes."""
    while data:
        written = await to_thread.run_sync(os.write, descriptor, data)
        data = data[written:]


async def pass_signals(send: SendSignal, end: Callable[[int], None], *, terminal: bool) -> None:
    """Give signals that come here to the command, which may make of them what it likes; `end` lets go of it.

    That is done where one that asks for its end comes twice, and where our own terminal was closed. In a terminal
    Ctrl-C is a key, which is no signal.
    """
    taken = (signal.SIGTERM, signal.SIGHUP) if terminal else (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    ending = taken if terminal else (signal.SIGINT,)
    asked = False
    with anyio.open_signal_receiver(*taken) as signals:
        async for received in signals:
            if asked and received in ending:
                end(128 + received)
                return
            asked = asked or received in ending
            await send(received)
            if terminal and received == signal.SIGHUP:
                await anyio.sleep(HUNG_UP_S)
                end(128 + received)


def terminal_size() -> os.terminal_size:
    """Return how large the terminal is now; what COLUMNS and LINES say may be of long ago."""
    return os.get_terminal_size(sys.stdin.fileno())
