"""The keys that an agent holds: ssh-agent(1), gpg-agent(1) and whatever else listens at such a socket."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import paramiko
from paramiko.agent import AgentKey, AgentSSH
from paramiko.pkey import PublicBlob

from raymon_tui.backends.ssh.public_keys import PublicKey

LISTS_WITHIN_S = 5.0
SIGNS_WITHIN_S = 120.0
"""Some ask their user before they sign, or want a key touched."""


class UnsignedError(paramiko.SSHException):  # type: ignore[misc]
    """The agent would not sign: its user said no, a key is not plugged in, or was not touched."""


class _SigningKey(AgentKey):  # type: ignore[misc]
    """A key that says of its agent alone that it failed: paramiko says the same of a connection that is lost."""

    def sign_ssh_data(self, data: bytes, algorithm: str | None = None) -> bytes:
        """Return the agent's signature; raises `UnsignedError`."""
        try:
            return bytes(super().sign_ssh_data(data, algorithm))
        except (paramiko.SSHException, OSError) as error:
            raise UnsignedError(str(error)) from error


@dataclass(frozen=True)
class HeldKey:
    """A key that an agent signs with; `comment` is what its owner calls it."""

    public: PublicKey
    comment: str
    key: AgentKey

    def certified(self, certificate: PublicKey) -> paramiko.PKey:
        """Return the key as one that shows a certificate on it."""
        key = _SigningKey(self.key.agent, self.key.blob, self.comment)
        key.public_blob = PublicBlob(certificate.key_type, certificate.blob)
        return key


class _Agent(AgentSSH):  # type: ignore[misc]
    """An agent at a socket that is not the environment's."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(LISTS_WITHIN_S)
            connection.connect(str(path))
            self._connect(connection)
            connection.settimeout(SIGNS_WITHIN_S)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Let go of it."""
        self._close()


@contextlib.contextmanager
def held_keys(path: Path | None) -> Iterator[tuple[HeldKey, ...]]:
    """Give the keys of the agent at a socket, in its order, for as long as they are needed; none where it is not."""
    agent: _Agent | None = None
    if path is not None:
        with contextlib.suppress(paramiko.SSHException, OSError, IndexError, ValueError):
            agent = _Agent(path)
    try:
        yield () if agent is None else tuple(_held(key) for key in agent.get_keys())
    finally:
        if agent is not None:
            agent.close()


def _held(key: AgentKey) -> HeldKey:
    signing = _SigningKey(key.agent, key.blob, key.comment)
    return HeldKey(PublicKey(key.get_name(), bytes(key.blob)), str(key.comment or key.get_name()), signing)
