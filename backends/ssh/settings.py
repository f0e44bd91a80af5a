"""What OpenSSH's configuration says of a host, as `ssh -G` resolves it: Include, Match, tokens and all."""

from __future__ import annotations

import getpass
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from raymon_tui.backends.errors import UnreachableError

RESOLVE_WITHIN_S = 10.0
_NO = frozenset({"no", "none", "false"})


@dataclass(frozen=True)
class SshSettings:
    """One host's settings. `jumps` are hosts on the way, the nearest first; `proxy_command` is for a shell."""

    host: str
    port: int
    user: str
    identity_files: tuple[Path, ...] = ()
    identities_only: bool = False
    jumps: tuple[str, ...] = ()
    proxy_command: str | None = None
    known_hosts: tuple[Path, ...] = ()
    host_key_alias: str | None = None
    compression: bool = False
    connect_timeout_s: float = 10.0

    @property
    def known_as(self) -> str:
        """The name under which OpenSSH's known_hosts files list the host."""
        if self.host_key_alias:
            return self.host_key_alias
        return self.host if self.port == 22 else f"[{self.host}]:{self.port}"

    def __str__(self) -> str:
        return f"{self.user}@{self.host}" + ("" if self.port == 22 else f":{self.port}")


def settings_of(host: str, *, port: int | None = None, user: str | None = None) -> SshSettings:
    """Return the settings for a host or an alias of one; blocks. Raises `UnreachableError` where ssh refuses them."""
    words = [*(("-p", str(port)) if port else ()), *(("-l", user) if user else ()), "--", host]
    ssh = shutil.which("ssh")
    told = _by_ssh(ssh, words, host) if ssh else _by_paramiko(host, port, user)
    return read_settings(told, host)


def read_settings(told: Mapping[str, Sequence[str]], host: str) -> SshSettings:
    """Return the settings in what `ssh -G` prints, by keyword in small letters."""

    def last(key: str, default: str = "") -> str:
        return told[key][-1] if told.get(key) else default

    jump, command = last("proxyjump"), last("proxycommand")
    files = [name for key in ("userknownhostsfile", "globalknownhostsfile") for name in last(key).split()]
    alias = last("hostkeyalias")
    return SshSettings(
        host=last("hostname", host),
        port=int(last("port", "22")),
        user=last("user") or getpass.getuser(),
        identity_files=tuple(Path(name).expanduser() for name in told.get("identityfile", ())),
        identities_only=last("identitiesonly") == "yes",
        jumps=() if jump.lower() in _NO else tuple(filter(None, jump.split(","))),
        proxy_command=None if not command or command.lower() in _NO else command,
        known_hosts=tuple(Path(name).expanduser() for name in files if name.lower() not in _NO),
        host_key_alias=alias if alias and alias.lower() not in _NO else None,
        compression=last("compression") == "yes",
        connect_timeout_s=_seconds(last("connecttimeout")),
    )


def _seconds(text: str) -> float:
    return float(text) if text.isdecimal() and int(text) > 0 else SshSettings.connect_timeout_s


def _by_ssh(ssh: str, words: Sequence[str], host: str) -> dict[str, list[str]]:
    tried = f"read the SSH configuration for {host}"
    try:
        done = subprocess.run(  # noqa: S603 - without a shell, and -- before what the user named
            [ssh, "-G", *words], capture_output=True, text=True, timeout=RESOLVE_WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnreachableError(tried, str(error), "Does ssh -G HOST work in a shell?") from None
    if done.returncode:
        raise UnreachableError(tried, done.stderr.strip() or "ssh -G failed", "Mend ~/.ssh/config.")
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        key, _, value = line.partition(" ")
        found.setdefault(key.lower(), []).append(value)
    return found


def _by_paramiko(host: str, port: int | None, user: str | None) -> dict[str, list[str]]:
    """Read `~/.ssh/config` without OpenSSH: paramiko knows no Include, and not all of Match."""
    import paramiko

    path = Path.home() / ".ssh" / "config"
    config = paramiko.SSHConfig.from_path(str(path)) if path.is_file() else paramiko.SSHConfig()
    looked_up = config.lookup(host)
    found = {key: list(value) if isinstance(value, list) else [str(value)] for key, value in looked_up.items()}
    defaults = ("id_ed25519", "id_ecdsa", "id_rsa")
    found.setdefault("identityfile", [str(path.with_name(name)) for name in defaults])
    found.setdefault("userknownhostsfile", [str(path.with_name("known_hosts"))])
    found.setdefault("globalknownhostsfile", ["/etc/ssh/ssh_known_hosts"])
    return found | ({"port": [str(port)]} if port else {}) | ({"user": [user]} if user else {})
