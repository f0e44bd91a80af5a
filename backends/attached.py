"""A command elsewhere with this terminal's input, output and signals: what all ways there have in common."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable

import anyio
from anyio import to_thread

from raymon_tui.backends.errors import RaymonError, UnreachableError

SendSignal = Callable[[signal.Signals], Awaitable[None]]
MARK = b"\x1eraymon-tui "
"""Comes before the process id and the command's own output: a login shell may have printed something before."""
ANNOUNCED = r"""printf '\036raymon-tui %s\n' $$; printf '\036raymon-tui \n' >&2
exec "$@"
"""
ANNOUNCED_IN_TERMINAL = r"""printf '\036raymon-tui %s\n' $$
exec "$@"
"""
"""Scripts for a shell elsewhere: they tell the process by the mark, and become the command.

In a terminal there is one output alone, in which a second mark would be drawn.
"""
HUNG_UP_S = 2.0
"""So long a command may take to end once its terminal was closed."""
_LONGEST_MARK = 32
_MOST_KEPT = 1 << 16
_MOST_TOLD, _LINES_TOLD = 2000, 8


class OwnOutput:
    """Takes the mark out of what comes, and with it, unless it is a terminal's, all that stands before.

    A terminal's is not held back: a login shell may ask for something there, such as a new password. `began` says
    whether the mark was there, `before` what stands before it, or the end of that where it is much.
    """

    def __init__(self, tell: Callable[[int], None], *, hold_back: bool) -> None:
        self.began = False
        self.before = b""
        self._tell = tell
        self._hold_back = hold_back
        self._shown = 0

    def of(self, data: bytes) -> bytes:
        """Return what of `data` is to be written; the rest waits for more."""
        if self.began:
            return data
        found = self.before + data
        before, mark, rest = found.partition(MARK)
        number, line_break, behind = rest.partition(b"\n")
        if not (mark and line_break):
            return self._wait(found)
        self.began = True
        # A terminal ends lines in its own way.
        if number.rstrip(b"\r").isdigit():
            self._tell(int(number))
        return behind if self._hold_back else before[self._shown :] + behind

    def _wait(self, found: bytes) -> bytes:
        """Keep what stands before the mark; return what of it is shown already now."""
        self.before = found[-_MOST_KEPT:]
        if self._hold_back:
            return b""
        # It may end in the first half of the mark.
        half = found.rfind(MARK[:1], -_LONGEST_MARK)
        to = half if half >= 0 else len(found)
        shown, self._shown = found[self._shown : to], max(0, to - (len(found) - len(self.before)))
        return shown


def never_began(tried: str, code: int, said: bytes, advice: str) -> UnreachableError:
    """Return the failure of a command in whose place something else came: what it said, and how it ended.

    That is the way to the command: a container that is not there, a shell that lets nobody in.
    """
    words = said.decode("utf-8", "replace").strip()[-_MOST_TOLD:]
    lines = [line for line in map(str.strip, words.splitlines()) if line][-_LINES_TOLD:]
    return UnreachableError(
        tried, "\n".join(lines) or f"it was never begun, and the way to it ended with {code}", advice
    )


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
    keys = () if terminal else (signal.SIGINT, signal.SIGQUIT)
    taken = (*keys, signal.SIGTERM, signal.SIGHUP)
    ending = keys or taken
    asked = False
    with anyio.open_signal_receiver(*taken) as signals:
        async for received in signals:
            if asked and received in ending:
                end(128 + received)
                return
            asked = asked or received in ending
            # Where it does not get there, a second one lets go of the command.
            with contextlib.suppress(RaymonError):
                await send(received)
            if terminal and received == signal.SIGHUP:
                await anyio.sleep(HUNG_UP_S)
                end(128 + received)


def terminal_size() -> os.terminal_size:
    """Return how large the terminal is now; what COLUMNS and LINES say may be of long ago."""
    return os.get_terminal_size(sys.stdin.fileno())
