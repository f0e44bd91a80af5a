"""The keys that RevokedHostKeys of ssh_config(5) names: a list of public ones, or a KRL of ssh-keygen(1). Blocks."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64encode
from pathlib import Path
from tempfile import NamedTemporaryFile

from raymon_tui.backends.errors import RefusedError
from raymon_tui.backends.ssh.public_keys import PublicKey, key_on

ANSWERS_WITHIN_S = 10.0
_KRL = b"SSHKRL\n\0"
_ADVICE = "RevokedHostKeys of your SSH configuration names it: without it nobody is trusted, by ssh neither."


def is_revoked(key: PublicKey, path: Path) -> bool:
    """Return whether a file says that a host's key is revoked.

    Raises `RefusedError` where it cannot be read, as OpenSSH trusts nobody then.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RefusedError(_tried(path), error.strerror or str(error), _ADVICE) from None
    if data.startswith(_KRL):
        return _in_krl(key, path)
    return key in map(key_on, data.decode("utf-8", "replace").splitlines())


def _in_krl(key: PublicKey, path: Path) -> bool:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise RefusedError(_tried(path), "it is a KRL, which ssh-keygen reads, and that is not installed", _ADVICE)
    with NamedTemporaryFile("w", suffix=".pub") as file:
        file.write(f"{key.key_type} {b64encode(key.blob).decode()}\n")
        file.flush()
        try:
            done = subprocess.run(  # noqa: S603 - without a shell, and every word is ours or a path behind its option
                [program, "-Q", "-f", str(path), file.name],
                capture_output=True,
                text=True,
                timeout=ANSWERS_WITHIN_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RefusedError(_tried(path), str(error), _ADVICE) from None
    if done.returncode not in (0, 1):
        raise RefusedError(_tried(path), done.stderr.strip() or "ssh-keygen -Q failed", _ADVICE)
    return done.returncode == 1


def _tried(path: Path) -> str:
    return f"look whether the host key is revoked in {path}"
