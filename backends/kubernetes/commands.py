"""Running a command in a pod: words as they are, its own output alone, an end when its time is up."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from signal import Signals

import anyio
import websockets
from websockets.asyncio.client import ClientConnection

from raymon_tui.backends.base import Completed
from raymon_tui.backends.errors import RaymonError, TimedOutError, UnreachableError
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.channels import COMMANDS, open_channels

OUT, ERR, STATUS = 1, 2, 3
NOT_FOUND = 127
_WRAPPED = 'echo $$; command -v "$1" >/dev/null 2>&1 || exit 127; exec "$@"'
"""The process id comes first: a websocket that is closed does not end the command."""

_SIGNAL = 'kill -"$1" -"$2" 2>/dev/null || kill -"$1" "$2"'
"""A container's runtime gives each command a session, and so a group of processes, of its own."""
SIGNAL_S, CLOSE_S = 5.0, 2.0


class Place:
    """A container of a pod."""

    def __init__(self, namespace: str, pod: str, container: str) -> None:
        self.namespace = namespace
        self.path = f"/api/v1/namespaces/{namespace}/pods/{pod}/exec"
        self.container = container

    def params(self, argv: Sequence[str], *, stdin: bool = False, tty: bool = False) -> list[tuple[str, str]]:
        """Return what is asked for to run `argv` there."""
        flags = [("stdin", stdin), ("stdout", True), ("stderr", not tty), ("tty", tty)]
        asked = [("container", self.container), *((name, "true") for name, wanted in flags if wanted)]
        return [*asked, *(("command", word) for word in argv)]


async def run_in(
    api: ApiServer, place: Place, argv: Sequence[str], timeout_s: float, limit: int, tried: str
) -> Completed:
    """Run `argv`; see `Backend.run`."""
    if not argv or any("\0" in word for word in argv):
        said = "it has no words" if not argv else "a word of it holds a NUL"
        raise UnreachableError(tried, said, "name a program and plain words")
    collecting = _Collecting(limit)
    try:
        with anyio.fail_after(timeout_s):
            await _collected(api, place, argv, collecting, tried)
    except TimeoutError:
        raise TimedOutError(tried, f"it did not end within {timeout_s:g} s", "it was ended") from None
    code = collecting.code
    if code is None:
        raise UnreachableError(tried, collecting.said or "the connection was lost", "try again")
    if code == NOT_FOUND and not collecting.out and not collecting.err:
        raise UnreachableError(tried, "no such program there", "is it installed there, and in the PATH?")
    return Completed(code, bytes(collecting.out), bytes(collecting.err))


async def _collected(api: ApiServer, place: Place, argv: Sequence[str], collecting: _Collecting, tried: str) -> None:
    """Run `argv` to its end; it is ended where whoever waits for that goes away."""
    wrapped = ["sh", "-c", _WRAPPED, "sh", *argv]
    socket = await open_channels(api, place.path, place.params(wrapped), COMMANDS, tried)
    try:
        await collecting.to_the_end(socket)
    finally:
        if collecting.code is None:
            with anyio.move_on_after(SIGNAL_S, shield=True), contextlib.suppress(RaymonError):
                await collecting.until_begun(socket)
                await send_signal(api, place, collecting.pid, Signals.SIGKILL)
        await closed(socket)


class _Collecting:
    """What a command writes, its process id aside, and how it ends."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._first = b""
        self.pid: int | None = None
        self.out, self.err = bytearray(), bytearray()
        self.code: int | None = None
        self.said = ""

    async def to_the_end(self, socket: ClientConnection) -> None:
        with contextlib.suppress(websockets.exceptions.ConnectionClosed):
            while True:
                await self._next(socket)

    async def until_begun(self, socket: ClientConnection) -> None:
        """Return when the process id is known, or never will be."""
        with contextlib.suppress(websockets.exceptions.ConnectionClosed):
            while self.pid is None:
                await self._next(socket)

    async def _next(self, socket: ClientConnection) -> None:
        frame = await socket.recv()
        if isinstance(frame, bytes) and frame:
            self._take(frame[0], frame[1:])

    def _take(self, channel: int, data: bytes) -> None:
        if channel == OUT:
            if self.pid is None:
                self._first += data
                number, line_break, data = self._first.partition(b"\n")
                if not line_break:
                    return
                self.pid = int(number) if number.isdigit() else -1
            self.out += data[: max(0, self._limit - len(self.out))]
        elif channel == ERR:
            self.err += data[: max(0, self._limit - len(self.err))]
        elif channel == STATUS:
            self.code, self.said = exit_status(data)


def exit_status(data: bytes) -> tuple[int | None, str]:
    """Return the exit code that a status channel tells, and what was said where it tells none."""
    try:
        status = json.loads(data)
        if status.get("status") == "Success":
            return 0, ""
        causes = (status.get("details") or {}).get("causes") or ()
        codes = [int(one["message"]) for one in causes if one.get("reason") == "ExitCode"]
        return (codes[0] if codes else None), str(status.get("message") or "")[:300]
    except (ValueError, AttributeError, KeyError, TypeError):
        return None, data[:300].decode("utf-8", "replace")


async def send_signal(api: ApiServer, place: Place, pid: int | None, sent: Signals) -> None:
    """Send a signal to a command, known by its process there, and to all that it has started."""
    if pid is None or pid <= 1:
        return
    argv = ["sh", "-c", _SIGNAL, "sh", str(sent.value), str(pid)]
    socket = await open_channels(api, place.path, place.params(argv), COMMANDS, f"send {sent.name} to a command")
    try:
        with anyio.move_on_after(SIGNAL_S):
            await _Collecting(0).to_the_end(socket)
    finally:
        await closed(socket)


async def closed(socket: ClientConnection) -> None:
    """Close a websocket, however long the other side takes to say that it has."""
    with anyio.move_on_after(CLOSE_S, shield=True), contextlib.suppress(OSError):
        await socket.close()
