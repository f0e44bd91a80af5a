"""Opening a channel over a connection, and what is said where the server would not. Blocks."""

from __future__ import annotations

import paramiko

from raymon_tui.backends.errors import RaymonError, RefusedError, UnreachableError

_FORBIDDEN, _RESOURCES = 1, 4
"""Why a server does not open a channel (RFC 4254, 5.1)."""
_NO_REASON = "Unable to open channel."


class NoSessionError(UnreachableError):
    """The server opens no more sessions over this connection, for now."""


class ForwardingForbiddenError(RefusedError):
    """The server opens no channel to a port over this connection."""


def opened(
    transport: paramiko.Transport, kind: str, address: tuple[str, int] | None, timeout_s: float
) -> paramiko.Channel:
    """Open a channel, to a port where there is an `address`; raises `ChannelException` where it is refused, however
    many are refused at once, and `SSHException` where the time is up or the connection lost.

    paramiko keeps the reason of the last refusal alone, so that of two the other is left without one: it is asked for
    again.
    """
    source = None if address is None else ("127.0.0.1", 0)
    try:
        return transport.open_channel(kind, address, source, timeout=timeout_s)
    except paramiko.SSHException as error:
        if str(error) != _NO_REASON or not transport.is_active():
            raise
    return opened(transport, kind, address, timeout_s)


def refusal_of(error: paramiko.ChannelException, tried: str, *, session: bool) -> RaymonError:
    """Return what is told of a channel that the server would not open, be it a `session` or one to a port."""
    if error.code == _FORBIDDEN:
        return ForwardingForbiddenError(
            tried, "the server forbids forwarding", "Let sshd allow it: AllowTcpForwarding, PermitOpen."
        )
    if session:
        said = "the server opens no more sessions over one connection"
        return NoSessionError(tried, said, "Try again later; MaxSessions in sshd_config is the limit.")
    if error.code == _RESOURCES:
        return UnreachableError(tried, "the server is short of resources", "It is tried again.")
    said = "nothing listens there, or the head cannot reach it"
    return UnreachableError(tried, said, "Is it up, and is that its port?")
