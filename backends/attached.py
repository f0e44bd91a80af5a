"""Commands on the head that speak with the user while they run: `exec`, and a shell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from signal import Signals
from typing import Protocol, runtime_checkable

from anyio.abc import ByteReceiveStream, ByteSendStream


@dataclass(frozen=True)
class Terminal:
    """The terminal that a command is to be given: its kind (`TERM`), and its size in characters."""

    kind: str
    columns: int
    rows: int


class AttachedCommand(Protocol):
    """A command that runs. Its streams end when the command has closed them; each is read by one reader."""

    @property
    def stdin(self) -> ByteSendStream:
        """What the command reads; to close it is the end of its input."""

    @property
    def stdout(self) -> ByteReceiveStream:
        """What the command writes; with a terminal, all that it writes."""

    @property
    def stderr(self) -> ByteReceiveStream:
        """What the command complains of; with a terminal it ends at once."""

    async def wait(self) -> int:
        """Return its exit code, once it ended; 128 and the signal's number where a signal ended it."""

    async def send_signal(self, signal: Signals) -> None:
        """Send it a signal, as far as the way to it can."""

    async def resize(self, columns: int, rows: int) -> None:
        """Tell it that its terminal has another size."""

    async def aclose(self) -> None:
        """Let go of it, which ends it if it still runs; safe to call twice."""


@runtime_checkable
class Attaching(Protocol):
    """A backend that can run commands which speak with the user."""

    async def attach(self, argv: Sequence[str], terminal: Terminal | None = None) -> AttachedCommand:
        """Start a command on the head node, inside its container where there is one, without a limit of time.

        It gets the environment that a user gets who logs in there; no words at all mean the user's own shell there.
        Raises `UnreachableError` where it cannot be started.
        """
