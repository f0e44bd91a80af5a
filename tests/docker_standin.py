"""A `docker` with one command, `exec`, whose containers are environments of their own on this machine.

As with the real one what runs in a container is nobody's child here: it has a session and, where it is wanted, a
terminal of its own, finds nothing of the caller's environment, and outlives the client that it was started by.
Each finds the container's name in the variable `IN`.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import termios
import tty
from collections.abc import Callable, Sequence
from pathlib import Path

NAME, IN = "ray_container", "CONTAINER"
DAEMON_DOWN = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
_PATH = "/usr/local/bin:/usr/bin:/bin"


def install(folder: Path, *containers: str) -> tuple[str, ...]:
    """Put the program into `folder`, with these containers up; return the lines of sshd's settings that name it.

    Without `folder/containers` its daemon is down.
    """
    up = folder / "containers"
    up.mkdir(parents=True)
    for name in containers:
        (up / name).touch()
    for engine in ("docker", "podman"):
        program = folder / engine
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {__file__} {up} "$@"\n')
        program.chmod(0o755)
    return (f"SetEnv PATH={folder}:{_PATH}",)


def main(up: Path, words: Sequence[str]) -> int:
    """Do what `docker exec` does, and return its code."""
    options, (name, *argv) = _taken_apart(words[1:])
    if not up.is_dir():
        return _complain(DAEMON_DOWN, 1)
    if not (up / name).exists():
        return _complain(f"Error response from daemon: No such container: {name}", 1)
    if "t" in options and not os.isatty(0):
        return _complain("the input device is not a TTY", 1)
    if shutil.which(argv[0], path=_PATH) is None:
        said = f'exec failed: unable to start container process: exec: "{argv[0]}": executable file not found in $PATH'
        return _complain(f"OCI runtime exec failed: {said}: unknown", 127)
    environ = {"PATH": _PATH, "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8", IN: name}
    return _in_terminal(argv, environ) if "t" in options else _piped(argv, environ, attached="i" in options)


def _taken_apart(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    options = ""
    while words[0].startswith("-"):
        options, words = options + words[0][1:], words[1:]
    return options, words


def _complain(said: str, code: int) -> int:
    sys.stderr.write(f"{said}\n")
    return code


def _piped(argv: Sequence[str], environ: dict[str, str], *, attached: bool) -> int:
    stdin = None if attached else subprocess.DEVNULL
    return _code(_kept(lambda: subprocess.Popen(argv, env=environ, stdin=stdin, start_new_session=True)))


def _in_terminal(argv: Sequence[str], environ: dict[str, str]) -> int:
    ours, its = pty.openpty()

    def follow_size(*_: object) -> None:
        fcntl.ioctl(its, termios.TIOCSWINSZ, fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8)))

    def begin() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            argv,
            env=environ | {"TERM": os.environ.get("TERM", "xterm")},
            stdin=its,
            stdout=its,
            stderr=its,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - nothing else runs here
        )

    follow_size()
    signal.signal(signal.SIGWINCH, follow_size)
    ended = _kept(begin)
    before = termios.tcgetattr(0)
    tty.setraw(0, termios.TCSADRAIN)
    try:
        _carry(ours, ended)
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
    return _code(ended)


def _kept(begin: Callable[[], subprocess.Popen[bytes]]) -> int:
    """Begin a command that outlives us; return the descriptor by which its end is told."""
    ended, telling = os.pipe()
    if os.fork() == 0:
        os.setsid()
        os.close(ended)
        os.write(telling, b"%d" % begin().wait())
        os._exit(0)
    os.close(telling)
    return ended


def _code(ended: int) -> int:
    code = int(os.read(ended, 16))
    return code if code >= 0 else 128 - code


def _carry(terminal: int, ended: int) -> None:
    """Carry keys to a terminal and what is shown from it, until its command has ended and all of that is read."""
    sources, to = [0, terminal], {0: terminal, terminal: 1}
    while True:
        ready = select.select([*sources, ended], [], [])[0]
        for source in ready:
            if source != ended and not _carry_some(source, to[source]):
                sources.remove(source)
        if ready == [ended]:
            return


def _carry_some(source: int, sink: int) -> bool:
    try:
        data = os.read(source, 1 << 16)
        return bool(os.write(sink, data))
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
