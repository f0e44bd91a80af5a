"""Reading a part of a file on the other side: by SFTP, or by a command where that leads nowhere."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import paramiko

from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.ssh.description import SshDestination

if TYPE_CHECKING:
    from raymon_tui.backends.ssh.backend import SshBackend

_ADVICE = "is it there, and may that user read it?"
_SCRIPT = r"""[ -f "$1" ] || { echo "no such file, or none that can be read" >&2; exit 1; }
case $2 in -*) tail -c "${2#-}" -- "$1" ;; *) tail -c "+$(($2 + 1))" -- "$1" ;; esac | head -c "$3"
"""


async def read_part(backend: SshBackend, destination: SshDestination, path: str, offset: int, limit: int) -> bytes:
    """Return up to `limit` bytes from `offset` on; raises `UnreachableError` where the file cannot be read."""
    tried = f"read {path} on {destination.host}"
    if "\0" in path:
        raise UnreachableError(tried, "its name holds a NUL", _ADVICE)
    if destination.container is None:
        try:
            return await backend.link.blocking(lambda transport: _by_sftp(transport, path, offset, limit))
        except OSError as error:
            raise UnreachableError(tried, error.strerror or str(error), _ADVICE) from None
        except (paramiko.SSHException, EOFError):
            # This sshd offers no SFTP.
            pass
    done = await backend.run(("sh", "-c", _SCRIPT, "sh", path, str(offset), str(limit)), limit=limit)
    if done.returncode:
        raise UnreachableError(tried, done.stderr.decode("utf-8", "replace").strip() or "it failed", _ADVICE)
    return done.stdout


def _by_sftp(transport: paramiko.Transport, path: str, offset: int, limit: int) -> bytes:
    client = paramiko.SFTPClient.from_transport(transport)
    if client is None:
        raise paramiko.SSHException("no session")
    with client, client.open(path, "rb") as file:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode or 0):
            raise OSError(0, "it is no file")
        size = found.st_size or 0
        start = max(0, size + offset) if offset < 0 else offset
        if start >= size or limit <= 0:
            return b""
        file.seek(start)
        length = min(limit, size - start)
        return bytes(file.read(length))
