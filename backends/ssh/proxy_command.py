"""A command whose input and output are the connection to a server: ProxyCommand of ssh_config(5)."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
from collections import deque

from raymon_tui.backends.errors import UnreachableError

ENDS_WITHIN_S = 1.0
"""So long a command may take to end once it was told to, or once its output has ended."""
MOST_LINES, MOST_BYTES = 4, 400
"""How much is kept of what it complains: the end of it says why."""


class ProxyCommand:
    """Runs for as long as the connection is needed.

    It has a session of its own, so that it is ended with all that it has started, and cannot write across the screen.
    """

    def __init__(self, command: str) -> None:
        """Start it by a shell, as OpenSSH does; raises `UnreachableError`."""
        self._command = command
        self._complaints: deque[str] = deque(maxlen=MOST_LINES)
        self.socket, theirs = socket.socketpair()
        self._errors, their_errors = socket.socketpair()
        try:
            with theirs, their_errors:
                self._process = subprocess.Popen(  # noqa: S602 - users count on the shell
                    f"exec {command}",
                    shell=True,
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=their_errors.fileno(),
                    start_new_session=True,
                )
        except OSError as error:
            self.socket.close()
            self._errors.close()
            raise UnreachableError(f"run the proxy command {command!r}", str(error), "Is it right?") from None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        """Take what it complains until nobody can any more, or nobody wants to know."""
        rest = b""
        with contextlib.suppress(OSError):
            while data := self._errors.recv(4096):
                *lines, rest = (rest + data).split(b"\n")
                self._keep(*lines)
                rest = rest[-MOST_BYTES:]
        self._keep(rest)

    def _keep(self, *lines: bytes) -> None:
        self._complaints.extend(line.decode(errors="replace").strip()[:MOST_BYTES] for line in lines if line.strip())

    def last_words(self) -> str:
        """Return how it ended and what it complained; "" where neither."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDS_WITHIN_S)
            self._reader.join(ENDS_WITHIN_S)
        code = self._process.poll()
        if code is None:
            ended = ""
        elif code < 0:
            ended = f"the proxy command was ended by {signal.Signals(-code).name}"
        else:
            ended = f"the proxy command ended with code {code}"
        said = "; ".join(self._complaints)
        return f"{ended or 'the proxy command'}: {said}" if said else ended

    def close(self) -> None:
        """End it, with all that it has started."""
        self.socket.close()
        self._signal(signal.SIGHUP)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDS_WITHIN_S)
        self._signal(signal.SIGKILL)
        self._process.wait()
        with contextlib.suppress(OSError):
            # What has left its session may still hold the other end: nobody waits for that.
            self._errors.shutdown(socket.SHUT_RDWR)
        self._reader.join(ENDS_WITHIN_S)
        self._errors.close()

    def _signal(self, sent: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, sent)
