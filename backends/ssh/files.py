"""Reading a part of a file on the other side: by SFTP, or by a command where that leads nowhere."""

from __future__ import annotations

import stat

import anyio
import paramiko

from raymon_tui.backends.errors import TimedOutError, UnreachableError
from raymon_tui.backends.ssh.channels import lost_is_told
from raymon_tui.backends.ssh.description import SshDestination
from raymon_tui.backends.ssh.link import Link
from raymon_tui.backends.ssh.running import Runner
from raymon_tui.backends.ssh.session_channels import SessionChannels

WITHIN_S = 30.0
_ADVICE = "is it there, and may that user read it?"
_SCRIPT = r"""[ -f "$1" ] || { echo "no such file, or none that can be read" >&2; exit 1; }
case $2 in -*) tail -c "${2#-}" -- "$1" ;; *) tail -c "+$(($2 + 1))" -- "$1" ;; esac | head -c "$3"
"""


class Files:
    """Reads files on the head, inside its container where there is one."""

    def __init__(self, destination: SshDestination, link: Link, sessions: SessionChannels, runner: Runner) -> None:
        self._destination = destination
        self._link = link
        self._sessions = sessions
        self._runner = runner
        self._no_sftp_over = 0

    async def read_part(self, path: str, offset: int, limit: int) -> bytes:
        """Return up to `limit` bytes from `offset` on; raises `UnreachableError` where the file cannot be read."""
        tried = f"read {path} on {self._destination.host}"
        if "\0" in path:
            raise UnreachableError(tried, "its name holds a NUL", _ADVICE)
        offers_sftp = not 0 < self._no_sftp_over == self._link.connected
        if self._destination.container is None and offers_sftp:
            try:
                return await self._by_sftp(tried, path, offset, limit)
            except _NoSftpError:
                self._no_sftp_over = self._link.connected
        argv = ("sh", "-c", _SCRIPT, "sh", path, str(offset), str(limit))
        done = await self._runner.run(argv, timeout_s=WITHIN_S, limit=limit)
        if done.returncode:
            raise UnreachableError(tried, done.stderr.decode("utf-8", "replace").strip() or "it failed", _ADVICE)
        return done.stdout

    async def _by_sftp(self, tried: str, path: str, offset: int, limit: int) -> bytes:
        try:
            async with self._sessions.one(tried) as channel:
                with lost_is_told(tried, channel), anyio.fail_after(WITHIN_S):
                    return await self._link.blocking(lambda: _read(channel, path, offset, limit))
        except TimeoutError:
            raise TimedOutError(tried, f"no answer within {WITHIN_S:.0f} s", "Is its disk slow?") from None
        except _CannotError as error:
            raise UnreachableError(tried, str(error), _ADVICE) from None


class _NoSftpError(Exception):
    """This sshd offers no SFTP, or something else speaks in its place."""


class _CannotError(Exception):
    """The file cannot be read."""


def _read(channel: paramiko.Channel, path: str, offset: int, limit: int) -> bytes:
    try:
        channel.invoke_subsystem("sftp")
        client = paramiko.SFTPClient(channel)
    except (paramiko.SSHException, paramiko.SFTPError, EOFError):
        if not channel.get_transport().is_active():
            raise
        raise _NoSftpError from None
    try:
        with client, client.open(path, "rb") as file:
            return _part(file, offset, limit)
    except paramiko.SFTPError as error:
        raise _CannotError(str(error)) from None
    except OSError as error:
        if channel.closed:
            raise
        raise _CannotError(error.strerror or str(error)) from None


def _part(file: paramiko.SFTPFile, offset: int, limit: int) -> bytes:
    found = file.stat()
    if not stat.S_ISREG(found.st_mode or 0):
        raise _CannotError("it is no file")
    size = found.st_size or 0
    start = max(0, size + offset) if offset < 0 else offset
    if start >= size or limit <= 0:
        return b""
    file.seek(start)
    return bytes(file.read(min(limit, size - start)))
