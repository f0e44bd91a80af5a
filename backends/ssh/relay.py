"""Bytes to a port through a command on the head, where sshd forbids to forward them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import anyio
import paramiko
from anyio.abc import ByteStream

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.ssh.commands import refuse_expired
from raymon_tui.backends.ssh.stream import ChannelStream

if TYPE_CHECKING:
    from raymon_tui.backends.ssh.link import Link

STARTED = b"\x1eraymon-tui relays\n"
START_WITHIN_S = 10.0
_PYTHON = r"""
import os, socket, sys, threading
try:
    far = socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)
except OSError as error:
    sys.exit(str(error))
far.settimeout(None)
os.write(1, b"\x1eraymon-tui relays\n")
def up():
    while data := os.read(0, 65536):
        far.sendall(data)
    far.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while data := far.recv(65536):
    while data:
        data = data[os.write(1, data):]
"""


async def relaying(channel: paramiko.Channel, endpoint: Endpoint, tried: str, link: Link) -> ByteStream:
    """Start the command on a session `channel`; return the stream once it is connected. It needs a Python there."""
    words = ("python3", "-c", _PYTHON, endpoint.host, str(endpoint.port))
    stream = ChannelStream(channel)
    try:
        with anyio.fail_after(START_WITHIN_S):
            await link.blocking(lambda _: channel.exec_command(shlex.join(words)))
            early = await _until_started(stream)
    except (TimeoutError, anyio.EndOfStream, anyio.BrokenResourceError, OSError, EOFError) as error:
        said = channel.recv_stderr(4096).decode("utf-8", "replace").strip() if channel.recv_stderr_ready() else ""
        await stream.aclose()
        refuse_expired(tried, said.encode())
        said = said or str(error) or "the relay ended"
        raise UnreachableError(tried, f"forwarding is forbidden there, and a relay says: {said}", _ADVICE) from None
    return _Relayed(channel, early)


_ADVICE = "Let sshd forward (AllowTcpForwarding), or is python3 installed on the head, and the port up?"


async def _until_started(stream: ChannelStream) -> bytes:
    """Read up to the mark; a login shell may have printed something before. Returns what stands behind it."""
    seen = b""
    while STARTED not in seen:
        seen += await stream.receive()
    return seen.partition(STARTED)[2]


class _Relayed(ChannelStream):
    def __init__(self, channel: paramiko.Channel, early: bytes) -> None:
        super().__init__(channel)
        self._early = early

    async def receive(self, max_bytes: int = 65536) -> bytes:
        if self._early:
            data, self._early = self._early[:max_bytes], self._early[max_bytes:]
            return data
        return await super().receive(max_bytes)
