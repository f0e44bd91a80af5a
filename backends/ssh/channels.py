"""What comes of a channel that is over, in plain words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import anyio
import paramiko

from raymon_tui.backends.errors import RefusedError, UnreachableError

LOST = (paramiko.SSHException, EOFError, OSError, anyio.BrokenResourceError, anyio.ClosedResourceError)
"""What comes of a channel where it is over, or the connection under it."""


def give_back(channel: paramiko.Channel) -> None:
    """Close a channel, whatever has become of its connection."""
    with contextlib.suppress(*LOST):
        channel.close()


@contextlib.contextmanager
def lost_is_told(tried: str, channel: paramiko.Channel) -> Iterator[None]:
    """Raise what comes of a channel as an `UnreachableError`, or as a `RefusedError` where the server would not; a time
    that is up stays as it is.
    """
    try:
        yield
    except TimeoutError:
        raise
    except LOST as error:
        transport = channel.get_transport()
        if transport is None or not transport.is_active():
            raise UnreachableError(tried, "the connection was lost", "Try again: it is connected anew.") from None
        if isinstance(error, paramiko.SSHException):
            said = "the server would not: it closed the session that was asked for"
            raise RefusedError(tried, said, "Does ssh HOST true work in a shell? The server may allow less.") from None
        said = str(error) or "the server closed the session"
        raise UnreachableError(tried, said, "Try again.") from None
