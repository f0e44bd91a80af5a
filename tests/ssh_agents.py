"""A real ssh-agent with keys of a test's own, ended by its pid."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sshd import keygen


@contextlib.contextmanager
def running_agent(*keys: Path) -> Iterator[Path]:
    """Run an agent that holds `keys`, none of which has a passphrase, and give its socket."""
    told = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout
    found = dict(part.split("=", 1) for part in told.replace("\n", ";").split(";") if "=" in part)
    try:
        for key in keys:
            environ = os.environ | {"SSH_AUTH_SOCK": found["SSH_AUTH_SOCK"]}
            subprocess.run(["ssh-add", "-q", str(key)], check=True, env=environ, capture_output=True)
        yield Path(found["SSH_AUTH_SOCK"])
    finally:
        os.kill(int(found["SSH_AGENT_PID"]), signal.SIGTERM)


def strangers(folder: Path, number: int) -> tuple[Path, ...]:
    """Return so many keys that no server takes."""
    return tuple(keygen(folder / f"stranger_{one}") for one in range(number))
