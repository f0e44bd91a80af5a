"""In which order keys are tried: pure, but that the files are looked into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.ssh.agent import HeldKey
from raymon_tui.backends.ssh.public_keys import PublicKey, certificate_in, public_in
from raymon_tui.backends.ssh.settings import SshSettings

NAME_IT = "Name the right one with --ssh-key FILE and --ssh-user NAME, or add the key to your agent (ssh-add)."


class OfferedKey(NamedTuple):
    """A way to log in with a key: its name in messages, and the key in an agent, or in a file."""

    name: str
    public: PublicKey | None
    held: HeldKey | None = None
    path: Path | None = None
    certificate: PublicKey | None = None


def in_order(settings: SshSettings, given: Sequence[Path], held: Sequence[HeldKey]) -> Iterator[OfferedKey]:
    """Give keys in the order in which they are tried.

    That named on the command line or in the launcher's file, those that the configuration names, the agent's others
    (unless IdentitiesOnly), the usual files. A key that the agent holds is the agent's to sign with, wherever it is
    named. A server counts every key that it refuses (MaxAuthTries): so those come first that somebody has chosen.
    """
    certificates = [found for path in settings.certificate_files if (found := certificate_in(path)) is not None]
    tried: set[bytes] = set()
    named = (*given, *(settings.identity_files if settings.names_keys or settings.identities_only else ()))
    for path in dict.fromkeys(named):
        yield from _named(path, held, certificates, tried, wanted=path in given)
    if not settings.identities_only:
        for one in held:
            yield from _held(one, certificates, tried)
    for path in settings.identity_files:
        if path not in named:
            yield from _named(path, held, certificates, tried, wanted=False)


def _named(
    path: Path, held: Sequence[HeldKey], certificates: Sequence[PublicKey], tried: set[bytes], *, wanted: bool
) -> Iterator[OfferedKey]:
    public = public_in(path)
    in_agent = next((one for one in held if one.public == public), None)
    if in_agent is not None:
        beside = certificate_in(path.with_name(f"{path.name}-cert.pub"))
        yield from _held(in_agent, [*certificates, *([beside] if beside else [])], tried)
        return
    if not path.is_file():
        if wanted:
            raise UnreachableError(f"read the key {path}", "there is no such file", NAME_IT)
        return
    beside = certificate_in(path.with_name(f"{path.name}-cert.pub"))
    for certificate in (*certificates, *([beside] if beside else [])):
        if (public is None or certificate.certifies(public)) and certificate.blob not in tried:
            tried.add(certificate.blob)
            yield OfferedKey(f"{path} with its certificate", public, path=path, certificate=certificate)
    if public is None or public.blob not in tried:
        tried |= {public.blob} if public else set()
        yield OfferedKey(str(path), public, path=path)


def _held(one: HeldKey, certificates: Sequence[PublicKey], tried: set[bytes]) -> Iterator[OfferedKey]:
    for certificate in certificates:
        if certificate.certifies(one.public) and certificate.blob not in tried:
            tried.add(certificate.blob)
            yield OfferedKey(f"the agent's {one.comment} with a certificate", one.public, one, certificate=certificate)
    if one.public.blob not in tried:
        tried.add(one.public.blob)
        yield OfferedKey(f"the agent's {one.comment}", one.public, one)
