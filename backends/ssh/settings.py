"""What OpenSSH's configuration says of a host, as `ssh -G` resolves it: Include, Match and all."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.ssh.expanding import agent_of, path_of, tokens_of, with_tokens
from raymon_tui.backends.ssh.jumps import Jump, parse_jumps

RESOLVE_WITHIN_S = 10.0
_NO = frozenset({"no", "none", "false"})
_DEFAULT_KEYS = ("id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_xmss", "id_dsa")
_NEW_HOST_KEYS: dict[str, Literal["accept", "refuse"]] = {"accept-new": "accept", "yes": "refuse", "true": "refuse"}


@dataclass(frozen=True)
class SshSettings:
    """One host's settings. `named` is what the user called it; `jumps` are hosts on the way, the nearest first.

    `proxy_command` is for a shell, its tokens replaced. `names_keys` where the configuration names the identity files,
    which are OpenSSH's usual ones otherwise. `agent` is the agent's socket. `new_host_keys` says what is done about a
    host that is not known.
    """

    host: str
    port: int
    user: str
    named: str = ""
    identity_files: tuple[Path, ...] = ()
    certificate_files: tuple[Path, ...] = ()
    names_keys: bool = False
    identities_only: bool = False
    agent: Path | None = None
    jumps: tuple[Jump, ...] = ()
    proxy_command: str | None = None
    passes_descriptor: bool = False
    known_hosts: tuple[Path, ...] = ()
    revoked_host_keys: Path | None = None
    host_key_alias: str | None = None
    new_host_keys: Literal["ask", "accept", "refuse"] = "ask"
    compression: bool = False
    connect_timeout_s: float = 10.0

    @property
    def known_as(self) -> str:
        """The name under which OpenSSH's known_hosts files list the host."""
        if self.host_key_alias:
            return self.host_key_alias
        return self.host if self.port == 22 else f"[{self.host}]:{self.port}"

    @property
    def known_bare(self) -> str:
        """Its name there without a port; under an alias it has no other."""
        return self.host_key_alias or self.host

    def command(self, text: str) -> str:
        """Return a proxy command with the tokens replaced that such a one may hold."""
        tokens = {"%": "%", "h": self.host, "n": self.named or self.host, "p": str(self.port), "r": self.user}
        return with_tokens(text, tokens)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host and self.port != 22 else self.host
        return f"{self.user}@{host}" + ("" if self.port == 22 else f":{self.port}")


def settings_of(host: str, *, port: int | None = None, user: str | None = None) -> SshSettings:
    """Return the settings for a host or an alias of one; blocks. Raises `UnreachableError` where ssh refuses them."""
    words = [*(("-p", str(port)) if port else ()), *(("-l", user) if user else ()), "--", host]
    ssh = shutil.which("ssh")
    told = _by_ssh(ssh, words, host) if ssh else _by_paramiko(host, port, user)
    try:
        return read_settings(told, host)
    except ValueError as error:
        raise UnreachableError(f"read the SSH configuration for {host}", str(error), "Mend ~/.ssh/config.") from None


def read_settings(
    told: Mapping[str, Sequence[str]], named: str, environ: Mapping[str, str] = os.environ
) -> SshSettings:
    """Return the settings in what `ssh -G` prints, by keyword in small letters; raises `ValueError` of a bad value."""

    def last(key: str, default: str = "") -> str:
        return told[key][-1] if told.get(key) else default

    host, port = last("hostname", named), int(last("port", "22"))
    user = last("user") or getpass.getuser()
    alias = last("hostkeyalias")
    alias = "" if alias.lower() in _NO else alias
    tokens = tokens_of(named, host, port, user, last("proxyjump"), alias)

    def paths(values: Iterable[str]) -> tuple[Path, ...]:
        return tuple(path_of(value, tokens, environ) for value in values if value.lower() not in _NO)

    jump, command = last("proxyjump"), last("proxycommand")
    identities = tuple(told.get("identityfile", ()))
    settings = SshSettings(
        host=host,
        port=port,
        user=user,
        named=named,
        identity_files=paths(identities),
        certificate_files=paths(told.get("certificatefile", ())),
        names_keys=not {Path(name).name for name in identities} <= set(_DEFAULT_KEYS),
        identities_only=last("identitiesonly") == "yes",
        agent=agent_of(last("identityagent"), tokens, environ),
        jumps=parse_jumps(with_tokens(jump, tokens)),
        passes_descriptor=last("proxyusefdpass") == "yes",
        known_hosts=paths(
            name for key in ("userknownhostsfile", "globalknownhostsfile") for name in _files(told.get(key, ()))
        ),
        revoked_host_keys=next(iter(paths(told.get("revokedhostkeys", ()))), None),
        host_key_alias=alias or None,
        new_host_keys=_NEW_HOST_KEYS.get(last("stricthostkeychecking").lower(), "ask"),
        compression=last("compression") == "yes",
        connect_timeout_s=_seconds(last("connecttimeout")),
    )
    if not command or command.lower() in _NO:
        return settings
    return replace(settings, proxy_command=settings.command(command), jumps=())


def _files(values: Sequence[str]) -> Iterator[str]:
    """Give the files of a list; ssh prints names with blanks in them without quotes."""
    for value in values:
        if Path(value).expanduser().is_file():
            yield value
        else:
            yield from value.split()


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
    found.setdefault("identityfile", [str(path.with_name(name)) for name in _DEFAULT_KEYS])
    found.setdefault("userknownhostsfile", [str(path.with_name("known_hosts"))])
    found.setdefault("globalknownhostsfile", ["/etc/ssh/ssh_known_hosts"])
    return found | ({"port": [str(port)]} if port else {}) | ({"user": [user]} if user else {})
