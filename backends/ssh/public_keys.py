"""Public keys and certificates as OpenSSH writes them down, none of which needs a passphrase."""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

import paramiko

_ARMOUR = "-----BEGIN OPENSSH PRIVATE KEY-----"
_MAGIC = b"openssh-key-v1\0"
_CERTIFICATE = "-cert-v01@openssh.com"
_LARGEST = 1 << 16


@dataclass(frozen=True)
class PublicKey:
    """A public key or a certificate on one: `blob` is what goes over the wire (RFC 4253, 6.6)."""

    key_type: str
    blob: bytes

    @property
    def is_certificate(self) -> bool:
        """Whether an authority has signed it."""
        return self.key_type.endswith(_CERTIFICATE)

    def certifies(self, key: PublicKey) -> bool:
        """Whether it is a certificate on that key: behind its type and a nonce it has the key's own fields."""
        if not self.is_certificate or key.is_certificate:
            return False
        message = paramiko.Message(self.blob)
        message.get_string()
        message.get_string()
        theirs = paramiko.Message(key.blob)
        theirs.get_string()
        return bool(message.get_remainder().startswith(theirs.get_remainder()))


def public_in(path: Path) -> PublicKey | None:
    """Return the public half of a key file, from the file beside it or from within; None where neither tells."""
    return key_on(_text(Path(f"{path}.pub"))) or key_on(_text(path)) or _within(_text(path))


def certificate_in(path: Path) -> PublicKey | None:
    """Return the certificate in a file; None where there is none."""
    found = key_on(_text(path))
    return found if found is not None and found.is_certificate else None


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_LARGEST)
    except OSError:
        return ""


def key_on(text: str) -> PublicKey | None:
    """Return the key on a line as in authorized_keys, without options; None where there is none."""
    words = text.split(None, 2)
    if len(words) < 2 or words[0].startswith("-"):
        return None
    try:
        found = PublicKey(words[0], b64decode(words[1], validate=True))
    except binascii.Error:
        return None
    return found if _type_of(found.blob) == found.key_type else None


def _within(text: str) -> PublicKey | None:
    """Return the public half that OpenSSH keeps unencrypted in its own form of private keys (PROTOCOL.key)."""
    if _ARMOUR not in text:
        return None
    body = text.partition(_ARMOUR)[2].partition("-----END")[0]
    try:
        data = b64decode("".join(body.split()))
    except binascii.Error:
        return None
    if not data.startswith(_MAGIC):
        return None
    message = paramiko.Message(data[len(_MAGIC) :])
    for _ in ("cipher", "key derivation", "its options"):
        message.get_string()
    message.get_int()
    blob = bytes(message.get_string())
    key_type = _type_of(blob)
    return PublicKey(key_type, blob) if key_type else None


def _type_of(blob: bytes) -> str:
    try:
        return bytes(paramiko.Message(blob).get_string()).decode("ascii")
    except (UnicodeDecodeError, ValueError):
        return ""
