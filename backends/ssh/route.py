"""From here to a logged-in SSH connection, over jumps or a proxy command where there are any. Blocks."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import paramiko

from raymon_tui.backends.asking import HostKeyQuestion
from raymon_tui.backends.base import Stage
from raymon_tui.backends.errors import RefusedError, TimedOutError, UnreachableError
from raymon_tui.backends.failures import failure_of
from raymon_tui.backends.ssh import host_keys
from raymon_tui.backends.ssh.description import SshDestination
from raymon_tui.backends.ssh.login import AskSecret, Keyring, log_in
from raymon_tui.backends.ssh.settings import SshSettings, settings_of

HANDSHAKE_S = 15.0
KEEPALIVE_S = 15
UNACKNOWLEDGED_MS = 20_000
"""After so long without a sign from the other side the kernel gives the connection up."""
_WAY = "Can this machine reach it? ssh HOST in a shell says more."


@dataclass(frozen=True)
class Questions:
    """How the user is asked while a connection is made."""

    trusts: Callable[[HostKeyQuestion], bool]
    secret: AskSecret
    passed: Callable[[Stage], None] = lambda _stage: None
    """Told of each part of the way once that is behind one."""


@dataclass
class Route:
    """Connections in the order in which they were made: the last one is to the head, the others are jumps."""

    hops: list[paramiko.Transport] = field(default_factory=list)
    child: subprocess.Popen[bytes] | None = None

    @property
    def transport(self) -> paramiko.Transport:
        """The connection to the head."""
        return self.hops[-1]

    def close(self) -> None:
        """Give back every connection, the last one first."""
        for hop in reversed(self.hops):
            hop.close()
        if self.child is not None:
            self.child.kill()
            self.child.wait()


def connect(destination: SshDestination, ring: Keyring, questions: Questions) -> Route:
    """Connect and log in; raises `RaymonError` with nothing left open."""
    route = Route()
    try:
        host = destination.find_host() if destination.find_host else destination.host
        questions.passed(Stage("head", "head address", host))
        settings = settings_of(host, port=destination.port, user=destination.user)
        if destination.proxy_command:
            settings = replace(settings, proxy_command=destination.proxy_command, jumps=())
        elif destination.jump:
            settings = replace(settings, proxy_command=None, jumps=tuple(destination.jump.split(",")))
        hops = _Hops(route, ring, questions, accept_new=destination.accept_new_host_key)
        hops.reach(settings, destination.keys)
    except BaseException:
        route.close()
        raise
    return route


@dataclass
class _Hops:
    route: Route
    ring: Keyring
    questions: Questions
    accept_new: bool

    def reach(self, settings: SshSettings, keys: Sequence[Path] = (), *, jump: bool = False) -> None:
        """Connect to a host, over its jumps first."""
        sock = self._socket(settings)
        hop = f"jump{len(self.route.hops) + 1}_" if jump else ""
        self.questions.passed(Stage(f"{hop}tcp", f"connection to {settings}"))
        try:
            transport = paramiko.Transport(sock)
        except paramiko.SSHException as error:
            raise UnreachableError(f"connect to {settings}", str(error), _WAY) from None
        self.route.hops.append(transport)
        known = host_keys.known_keys(settings.known_as, (*settings.known_hosts, host_keys.own_file()))
        _prefer(transport, known)
        transport.use_compression(settings.compression)
        self._shake_hands(transport, settings)
        self._check(transport, settings, known)
        self.questions.passed(Stage(f"{hop}host_key", f"host key of {settings.known_as}"))
        log_in(transport, settings, keys, self.ring, self.questions.secret)
        self.questions.passed(Stage(f"{hop}login", f"login as {settings.user}"))
        transport.set_keepalive(KEEPALIVE_S)

    def _socket(self, settings: SshSettings) -> socket.socket | paramiko.Channel:
        if settings.proxy_command:
            return self._through_command(settings, settings.proxy_command)
        if not settings.jumps:
            return _direct(settings)
        *before, last = settings.jumps
        user, _, address = last.rpartition("@")
        host, port = _address(address)
        jump = settings_of(host, port=port, user=user or None)
        if before:
            jump = replace(jump, proxy_command=None, jumps=tuple(before))
        self.reach(jump, jump=True)
        return self._through_jump(settings, jump)

    def _through_jump(self, settings: SshSettings, jump: SshSettings) -> paramiko.Channel:
        tried = f"connect to {settings} through {jump}"
        try:
            return self.route.transport.open_channel(
                "direct-tcpip", (settings.host, settings.port), ("127.0.0.1", 0), timeout=settings.connect_timeout_s
            )
        except paramiko.ChannelException as error:
            raise UnreachableError(
                tried, error.text, "Can the jump host reach it, and may you forward there?"
            ) from None
        except (paramiko.SSHException, OSError) as error:
            raise TimedOutError(tried, str(error), _WAY) from None

    def _through_command(self, settings: SshSettings, command: str) -> socket.socket:
        """Run a proxy command as OpenSSH does, by a shell, with one end of a socket pair for its input and output."""
        tokens = {"%h": settings.host, "%n": settings.host, "%p": str(settings.port), "%r": settings.user, "%%": "%"}
        written, rest = "", command
        while rest:
            token = tokens.get(rest[:2])
            written, rest = (written + token, rest[2:]) if token is not None else (written + rest[0], rest[1:])
        ours, theirs = socket.socketpair()
        with theirs:
            self.route.child = subprocess.Popen(  # noqa: S602 - OpenSSH gives it to a shell, and users count on that
                f"exec {written}", shell=True, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=subprocess.DEVNULL
            )
        return ours

    def _shake_hands(self, transport: paramiko.Transport, settings: SshSettings) -> None:
        tried = f"connect to {settings}"
        try:
            transport.start_client(timeout=HANDSHAKE_S)
        except (paramiko.SSHException, EOFError, OSError) as error:
            said = str(error) or "the other side closed the connection"
            if "timeout" in said.lower() or "timed out" in said.lower():
                raise TimedOutError(tried, "something is there, but it does not speak SSH in time", _WAY) from None
            raise UnreachableError(tried, said, "Is that an SSH server?") from None
        if not transport.initial_kex_done:
            # paramiko returns as if nothing were the matter when the time is up.
            raise TimedOutError(tried, f"something is there, but it speaks no SSH within {HANDSHAKE_S:.0f} s", _WAY)

    def _check(self, transport: paramiko.Transport, settings: SshSettings, known: Sequence[host_keys.KnownKey]) -> None:
        key, name = transport.get_remote_server_key(), settings.known_as
        if host_keys.is_known(name, key, known):
            return
        question = HostKeyQuestion(name, key.get_name(), host_keys.fingerprint(key))
        others = [one for one in known if not one.revoked]
        # Whoever is in between may show a key of another type than the one that is known.
        if not (self.accept_new and not others) and not self.questions.trusts(question):
            said = f"its host key is not known here: {question.key_type} {question.fingerprint}"
            if others:
                said += f"; {others[0].path}:{others[0].line} knows it by one of another type"
            advice = "Compare it with the machine's own; then accept it, or give --accept-new-host-key."
            raise RefusedError(f"connect to {settings}", said, advice)
        host_keys.keep(name, key, host_keys.own_file())


def _direct(settings: SshSettings) -> socket.socket:
    tried = f"connect to {settings.host}:{settings.port}"
    try:
        sock = socket.create_connection((settings.host, settings.port), timeout=settings.connect_timeout_s)
    except TimeoutError:
        said = f"no answer within {settings.connect_timeout_s:.0f} s"
        raise TimedOutError(tried, said, "Is a firewall in between, or the machine off?") from None
    except (OSError, UnicodeError) as error:
        raise UnreachableError(tried, failure_of(error, tried=tried).said, "Does sshd listen there? " + _WAY) from None
    # Without it a new channel waits for the kernel to gather small packets: 47 ms in place of 2.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
    return sock


def _prefer(transport: paramiko.Transport, known: Sequence[host_keys.KnownKey]) -> None:
    """Ask for the types of key that are known first: a server with several keys shows one that can be checked."""
    options = transport.get_security_options()
    names = {one.key.get_name() for one in known}
    first = [
        kind for kind in options.key_types if kind in names or (kind.startswith("rsa-sha2") and "ssh-rsa" in names)
    ]
    options.key_types = (*first, *(kind for kind in options.key_types if kind not in first))


def _address(text: str) -> tuple[str, int | None]:
    """Split `host`, `host:port`, `[v6]:port`."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, int(rest[1:]) if rest.startswith(":") and rest[1:].isdecimal() else None
    host, colon, port = text.rpartition(":")
    return (host, int(port)) if colon and port.isdecimal() and ":" not in host else (text, None)
