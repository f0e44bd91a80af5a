"""Questions that a backend may have to put to the user before it can connect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class HostKeyQuestion:
    """A server that nobody has met before: `fingerprint` as OpenSSH prints it, `SHA256:…`.

    `known` are sentences on what the known_hosts files say of it all the same; `place` says where on the way it stands,
    "" where it is the head itself.
    """

    host: str
    key_type: str
    fingerprint: str
    known: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class SecretQuestion:
    """A passphrase, a password or a code; `prompt` names what it is for. The answer is never kept on a disk.

    `shown` where the server wants what is typed to be seen; `lasting` where the answer is the same whoever asks, as of
    a key's passphrase and unlike a code; `place` as of a `HostKeyQuestion`.
    """

    prompt: str
    shown: bool = False
    lasting: bool = False
    place: str = ""


class Asking(Protocol):
    """Somebody who can be asked. Each answer may take as long as the user takes."""

    async def trusts(self, question: HostKeyQuestion) -> bool:
        """Return whether the user trusts this key."""

    async def secret(self, question: SecretQuestion) -> str | None:
        """Return what the user typed; None where they would not say."""


class NobodyToAsk:
    """For scripts: no key is trusted, no secret is known."""

    async def trusts(self, question: HostKeyQuestion) -> bool:
        """Trust nothing."""
        return False

    async def secret(self, question: SecretQuestion) -> str | None:
        """Know nothing."""
        return None
