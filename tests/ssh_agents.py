"""A real ssh-agent with keys of a test's own, ended by its pid."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from sshd import keygen


@contextlib.contextmanager
def running_agent(*keys: Path, unwilling: Sequence[Path] = (), asking: str = "/bin/false") -> Iterator[Path]:
    """Run an agent that holds `keys`, none of which has a passphrase, and give its socket.

    It also holds those that are `unwilling`: before it signs with one it asks its user by the program `asking`.
    """
    environ = os.environ | {"SSH_ASKPASS": asking, "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}
    told = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True, env=environ).stdout
    found = dict(part.split("=", 1) for part in told.replace("\n", ";").split(";") if "=" in part)
    try:
        environ["SSH_AUTH_SOCK"] = found["SSH_AUTH_SOCK"]
        for key in (*unwilling, *keys):
            words = ["ssh-add", "-q", *(["-c"] if key in unwilling else []), str(key)]
            subprocess.run(words, check=True, env=environ, capture_output=True)
        yield Path(found["SSH_AUTH_SOCK"])
    finally:
        os.kill(int(found["SSH_AGENT_PID"]), signal.SIGTERM)


def strangers(folder: Path, number: int) -> tuple[Path, ...]:
    """Return so many keys that no server takes."""
    return tuple(keygen(folder / f"stranger_{one}") for one in range(number))
