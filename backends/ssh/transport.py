"""A connection to an SSH server, which remembers what the server said when it hung up."""

from __future__ import annotations

import paramiko


class SshTransport(paramiko.Transport):  # type: ignore[misc]
    """As paramiko's, but that it keeps the last words of a server that ends the connection (RFC 4253, 11.1)."""

    farewell: str = ""

    def _parse_disconnect(self, message: paramiko.Message) -> None:
        """Note why: paramiko only logs it."""
        message.get_int()
        self.farewell = str(message.get_text())
