"""A real OpenSSH server on loopback, with keys and a configuration of its own, ended by its pid."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

CONFIG = """
Port {port}
ListenAddress {host}
HostKey {folder}/host_ed25519
AuthorizedKeysFile {folder}/authorized_keys
PidFile {folder}/sshd.pid
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
{subsystem}
MaxStartups 100:30:200
LogLevel ERROR
"""


@dataclass(frozen=True)
class Sshd:
    """A server that runs: `key` opens it for `user`, `known_hosts` knows it."""

    folder: Path
    port: int
    pid: int
    user: str
    host: str = "127.0.0.1"

    @property
    def key(self) -> Path:
        return self.folder / "user_ed25519"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def host_key(self) -> str:
        """The public half, as a known_hosts line has it."""
        return " ".join((self.folder / "host_ed25519.pub").read_text().split()[:2])


def keygen(path: Path, *words: str, passphrase: str = "", kind: str = "ed25519") -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path), *words], check=True)
    return path


@contextlib.contextmanager
def running_sshd(
    folder: Path,
    *settings: str,
    port: int | None = None,
    host: str = "127.0.0.1",
    within: tuple[str, ...] = (),
    sftp: str | None = "internal-sftp",
) -> Iterator[Sshd]:
    """Run a server with these lines besides its ordinary ones; `folder` may be that of one that ran before.

    `sftp` is what serves files there, None where nothing does; `within` are the words before its own that put it on
    another host, whose address is `host`.
    """
    program = shutil.which("sshd") or shutil.which("/usr/sbin/sshd")
    if program is None:
        pytest.skip("this machine cannot run an SSH server: openssh-server is not installed")
    port = port or free_port()
    # What sshd wants for its unprivileged half, which Debian's service makes at its start.
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    if not (folder / "host_ed25519").exists():
        keygen(folder / "host_ed25519")
        keygen(folder / "user_ed25519")
        (folder / "authorized_keys").write_text((folder / "user_ed25519.pub").read_text())
    config = folder / "sshd_config"
    subsystem = f"Subsystem sftp {sftp}" if sftp else ""
    # Of several lines with one keyword sshd takes the first.
    config.write_text("\n".join(settings) + CONFIG.format(port=port, folder=folder, host=host, subsystem=subsystem))
    host_key = (folder / "host_ed25519.pub").read_text()
    (folder / "known_hosts").write_text(f"[{host}]:{port} {host_key}")
    process = subprocess.Popen([*within, program, "-D", "-e", "-f", str(config)], start_new_session=True)
    try:
        _await_port(host, port, process)
        yield Sshd(folder, port, process.pid, getpass.getuser(), host)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _await_port(host: str, port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        assert process.poll() is None, "sshd ended"
        time.sleep(0.05)
    raise AssertionError("sshd did not listen")


def below(sshd: Sshd, named: str = "") -> list[psutil.Process]:
    """Return what runs on the server's machine because somebody asked it to, with this in its name; the server's own
    processes are left out.
    """
    found = []
    for child in psutil.Process(sshd.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            name = child.name()
            if "sshd" not in name and named in name and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
    return found
