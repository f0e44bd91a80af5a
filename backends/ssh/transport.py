"""A connection to an SSH server, mended where paramiko forgets what was said, what was opened, or when."""

from __future__ import annotations

import time
from typing import Any

import paramiko
from paramiko.common import cMSG_CHANNEL_CLOSE


class Heard:
    """A socket, or a channel through a jump, that notes when something came from the other side."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self.heard_at = time.monotonic()

    def recv(self, size: int) -> bytes:
        """Return what has come."""
        data: bytes = self._sock.recv(size)
        self.heard_at = time.monotonic()
        return data

    def __getattr__(self, name: str) -> Any:
        """Be the socket for all else."""
        return getattr(self._sock, name)


class SshTransport(paramiko.Transport):  # type: ignore[misc]
    """As paramiko's, but that it keeps the last words of a server that ends the connection (RFC 4253, 11.1), and closes
    channels that the server opens after whoever wanted them has gone.
    """

    farewell: str = ""

    def __init__(self, sock: Any) -> None:
        self._heard = Heard(sock)
        super().__init__(self._heard)

    @property
    def heard_at(self) -> float:
        """When something came last, be it a part of a packet, on the clock of `time.monotonic`."""
        return self._heard.heard_at

    def _parse_disconnect(self, message: paramiko.Message) -> None:
        """Note why: paramiko only logs it."""
        message.get_int()
        self.farewell = str(message.get_text())

    def _parse_channel_open_success(self, message: paramiko.Message) -> None:
        """Take a channel that was opened: paramiko leaves one that nobody waits for open at the other end."""
        ours, theirs = message.get_int(), message.get_int()
        if self._channels.get(ours) is None:
            closing = paramiko.Message()
            closing.add_byte(cMSG_CHANNEL_CLOSE)
            closing.add_int(theirs)
            self._send_message(closing)
            return
        message.rewind()
        super()._parse_channel_open_success(message)
