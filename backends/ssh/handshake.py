"""The first words with a server: whether it speaks SSH, and whether it is who it was. Blocks."""

from __future__ import annotations

from collections.abc import Callable

import paramiko

from raymon_tui.backends.asking import HostKeyQuestion
from raymon_tui.backends.errors import DeclinedError, RefusedError, TimedOutError, UnreachableError
from raymon_tui.backends.ssh import host_keys
from raymon_tui.backends.ssh.host_keys import KnownHost
from raymon_tui.backends.ssh.known_hosts import fingerprint
from raymon_tui.backends.ssh.public_keys import PublicKey
from raymon_tui.backends.ssh.revoked import is_revoked
from raymon_tui.backends.ssh.settings import SshSettings

HANDSHAKE_S = 15.0
WAY = "Can this machine reach it? ssh HOST in a shell says more."
_COMPARE = "Compare it with the machine's own; then accept it, or give --accept-new-host-key."

Trusts = Callable[[HostKeyQuestion], bool]


def known(settings: SshSettings) -> KnownHost:
    """Return what is known of a host before it is met."""
    return host_keys.known_host(settings.known_as, settings.known_bare, settings.known_hosts)


def prefer_known(transport: paramiko.Transport, host: KnownHost) -> None:
    """Ask for the types of key that are known first: a server with several keys shows one that can be checked."""
    options = transport.get_security_options()
    names = {line.key_type for line in host.good}
    first = [
        kind for kind in options.key_types if kind in names or (kind.startswith("rsa-sha2") and "ssh-rsa" in names)
    ]
    options.key_types = (*first, *(kind for kind in options.key_types if kind not in first))


def shake_hands(transport: paramiko.Transport, settings: SshSettings, last_words: Callable[[], str]) -> None:
    """Agree on keys; `last_words` are those of whatever carries the bytes, where it has any to say."""
    tried = f"connect to {settings}"
    try:
        transport.start_client(timeout=HANDSHAKE_S)
    except (paramiko.SSHException, EOFError, OSError) as error:
        said = str(error) or "the other side closed the connection"
        if words := last_words():
            raise UnreachableError(tried, words, "Does that command work in a shell?") from None
        if "timeout" in said.lower() or "timed out" in said.lower():
            raise TimedOutError(tried, "something is there, but it does not speak SSH in time", WAY) from None
        raise UnreachableError(tried, said, "Is that an SSH server?") from None
    if not transport.initial_kex_done:
        # paramiko returns as if nothing were the matter when the time is up.
        said = last_words() or "something is there"
        raise TimedOutError(tried, f"{said}, but it speaks no SSH within {HANDSHAKE_S:.0f} s", WAY)


def check(
    transport: paramiko.Transport,
    settings: SshSettings,
    host: KnownHost,
    trusts: Trusts,
    *,
    accept_new: bool,
    place: str = "",
) -> None:
    """Hold the server's key to what is known; one that is not known is asked about, and kept where it is trusted.

    Raises `RefusedError` where it must not be trusted or cannot be kept, `DeclinedError` where the user says no.
    """
    key = transport.get_remote_server_key()
    file = settings.revoked_host_keys
    if file is not None and is_revoked(PublicKey(key.get_name(), key.asbytes()), file):
        raise host_keys.revoked(host.name, key, str(file))
    if host_keys.is_known(host, key):
        return
    shown = fingerprint(key.asbytes())
    unknown = f"its host key is neither known here nor accepted: {key.get_name()} {shown}"
    besides = host_keys.also_known(host, key)
    said = "; ".join((unknown, *besides))
    tried = f"connect to {settings}"
    if settings.new_host_keys == "refuse":
        raise RefusedError(tried, said, "StrictHostKeyChecking of your SSH configuration wants it known beforehand.")
    # Whoever is in between may show a key of another type than the one that is known.
    may_be_new = (accept_new or settings.new_host_keys == "accept") and not host.good
    question = HostKeyQuestion(host.name, key.get_name(), shown, besides, place)
    if not may_be_new and not trusts(question):
        raise DeclinedError(tried, said, _COMPARE)
    host_keys.keep(host.name, key, host_keys.own_file())
