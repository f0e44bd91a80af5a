"""Noticing that the way to the API server is gone, though nobody waits for an answer: a laptop that slept, a VPN."""

from __future__ import annotations

import socket

_QUIET_S, _BETWEEN_S, _TRIES = 15, 5, 3
_UNACKNOWLEDGED_MS = 30_000

_NAMED = {
    "TCP_KEEPIDLE": _QUIET_S,
    "TCP_KEEPALIVE": _QUIET_S,
    "TCP_KEEPINTVL": _BETWEEN_S,
    "TCP_KEEPCNT": _TRIES,
    "TCP_USER_TIMEOUT": _UNACKNOWLEDGED_MS,
}
"""What each system calls them, of those that it has."""

KEEPALIVE: list[tuple[int, int, int]] = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *((socket.IPPROTO_TCP, getattr(socket, name), value) for name, value in _NAMED.items() if hasattr(socket, name)),
]
"""Options for a socket whose other end is to be known as gone within half a minute."""
