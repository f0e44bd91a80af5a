"""Running a command on the other side: words as they are, its own output alone, an end when its time is up."""

from __future__ import annotations

from collections.abc import Sequence
from signal import Signals
from typing import NoReturn

import anyio
import paramiko

from raymon_tui.backends.attached import ANNOUNCED, ANNOUNCED_IN_TERMINAL, OwnOutput, never_began
from raymon_tui.backends.base import Completed
from raymon_tui.backends.errors import RefusedError
from raymon_tui.backends.ssh.any_shell import line_of
from raymon_tui.backends.ssh.description import Container
from raymon_tui.backends.ssh.stream import readable

_WRAPPED = r"""printf '\036raymon-tui %s\n' $$; printf '\036raymon-tui \n' >&2
command -v "$1" >/dev/null 2>&1 || exit 127
exec "$@"
"""
_BY_LOGIN_SHELL = r"""trap : HUP INT QUIT TERM
if command -v bash >/dev/null 2>&1; then bash --login -c "$0" bash "$@"; else sh -l -c "$0" sh "$@"; fi
exit $?
"""
"""Users have what they installed in the PATH of their login shell alone.

Of a command that a signal ends paramiko tells nothing: a shell outlives it, and ends with 128 and the signal's number.
"""
_SIGNAL = r"""read -r stat <"/proc/$2/stat"
set -- "$1" "$2" ${stat##*) }
kill -"$1" -"$5" 2>/dev/null || kill -"$1" "$2"
"""
"""The third of what follows the name in `stat` is the process group: a pipeline is several processes."""
_CHUNK = 1 << 16
_PAUSE_S = 0.01
_SURE_S = 0.1
NOT_FOUND = 127


def wrapped(argv: Sequence[str], container: Container | None = None) -> str:
    """Return the line for the other side's login shell that runs `argv`, in the container where there is one."""
    words = ["sh", "-c", _WRAPPED, "sh", *argv]
    if container is not None:
        words = [container.engine, "exec", container.name, *words]
    return line_of(words)


def by_login_shell(argv: Sequence[str], container: Container | None = None, *, terminal: bool = False) -> str:
    """Return the line that runs `argv` as a login shell would, once it has told its process by the mark."""
    script = ANNOUNCED_IN_TERMINAL if terminal else ANNOUNCED
    words = ["sh", "-c", _BY_LOGIN_SHELL, script, *argv]
    if container is not None:
        words = [container.engine, "exec", "-it" if terminal else "-i", container.name, *words]
    return line_of(words)


def signalling(pid: int, sent: Signals, container: Container | None = None) -> str:
    """Return the line that sends a signal to a process and those that it runs together with."""
    words = ["sh", "-c", _SIGNAL, "sh", str(sent.value), str(pid)]
    if container is not None:
        words = [container.engine, "exec", container.name, *words]
    return line_of(words)


def signal_over(channel: paramiko.Channel, sent: Signals) -> None:
    """Ask the server to send a signal to what runs on a session's channel (RFC 4254, 6.9); blocks.

    OpenSSH does so since 7.9, for all but root, and tells nothing; paramiko knows no such request.
    """
    message = paramiko.Message()
    message.add_byte(paramiko.common.cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string("signal")
    message.add_boolean(False)
    message.add_string(sent.name[3:])
    channel.get_transport()._send_user_message(message)


def refuse_expired(tried: str, said: bytes) -> None:
    """Raise `RefusedError` where what came in place of a command's own output is a demand for a new password."""
    if b"password has expired" in said.lower() or b"must change your password" in said.lower():
        advice = "change it: log in with ssh once"
        raise RefusedError(tried, "the password has expired, and the server runs nothing before it is changed", advice)


def refuse_unbegun(tried: str, code: int, said: bytes, container: Container | None) -> NoReturn:
    """Raise what is to be told of a command in whose place something else ended with a code, having said something."""
    refuse_expired(tried, said)
    advice = "Does ssh HOST true work in a shell? The server or the login shell may run something else instead."
    if container is not None:
        advice = f"Is {container.name} up there, and may that user enter it? {container.engine} ps there says."
    raise never_began(tried, code, said, advice)


async def exit_code(channel: paramiko.Channel) -> int:
    """Return the code of a command that has ended; raises `BrokenResourceError` where the connection has instead."""
    code = int(channel.recv_exit_status())
    until = anyio.current_time() + _SURE_S
    while code < 0 and anyio.current_time() < until:
        # Of a connection that is lost paramiko closes the channels before it says so of that.
        if not channel.get_transport().is_active():
            raise anyio.BrokenResourceError
        await anyio.sleep(_PAUSE_S)
    return code


class Collecting:
    """What a command has written so far, at most `limit` bytes of each of its two outputs.

    `pid` is its process there, once it has begun; where it never does, `instead` is what came in place of it.
    """

    def __init__(self, channel: paramiko.Channel, limit: int) -> None:
        channel.setblocking(0)
        self.pid: int | None = None
        self.channel = channel
        self._limit = limit
        self._own_out, self._own_err = (OwnOutput(self._began, hold_back=True) for _ in range(2))
        self._out, self._err = bytearray(), bytearray()

    @property
    def instead(self) -> bytes | None:
        """What stands in the place of all output; None where the command began."""
        return None if self._own_out.began else self._own_err.before + self._own_out.before

    async def to_the_end(self) -> Completed:
        """Read until the command has ended."""
        channel = self.channel
        while not (channel.exit_status_ready() and (channel.eof_received or channel.closed) and not self._drain()):
            if self._drain():
                await anyio.lowlevel.checkpoint()
            elif channel.eof_received or channel.closed:
                await anyio.sleep(_PAUSE_S)
            else:
                await readable(channel)
        return Completed(await exit_code(channel), bytes(self._out), bytes(self._err))

    async def to_its_beginning(self) -> None:
        """Read until the command has told its process, or will not any more."""
        while self.pid is None and not self.channel.closed:
            if not self._drain():
                await readable(self.channel)

    def _began(self, pid: int) -> None:
        self.pid = pid

    def _drain(self) -> bool:
        found = False
        for ready, take, own, kept in (
            (self.channel.recv_ready, self.channel.recv, self._own_out, self._out),
            (self.channel.recv_stderr_ready, self.channel.recv_stderr, self._own_err, self._err),
        ):
            if ready():
                data = take(_CHUNK)
                kept.extend(own.of(data)[: max(0, self._limit - len(kept))])
                found = found or bool(data)
        return found
