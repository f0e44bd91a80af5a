"""From here to a logged-in SSH connection, over jumps or a proxy command where there are any. Blocks."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import paramiko

from raymon_tui.backends.asking import HostKeyQuestion, SecretQuestion
from raymon_tui.backends.base import Stage
from raymon_tui.backends.errors import TimedOutError, UnreachableError
from raymon_tui.backends.failures import failure_of
from raymon_tui.backends.ssh import handshake
from raymon_tui.backends.ssh.channels import LOST
from raymon_tui.backends.ssh.description import SshDestination
from raymon_tui.backends.ssh.handshake import WAY
from raymon_tui.backends.ssh.key_files import AskSecret
from raymon_tui.backends.ssh.login import Keyring, log_in
from raymon_tui.backends.ssh.proxy_command import ProxyCommand
from raymon_tui.backends.ssh.settings import SshSettings, settings_of
from raymon_tui.backends.ssh.transport import SshTransport

KEEPALIVE_S = 15
UNACKNOWLEDGED_MS = 20_000
"""After so long without a sign from the other side the kernel gives the connection up."""
_WHO = "SSH server"
"""Said of one that is not reached: where only the words are shown it would be taken for the dashboard."""


@dataclass(frozen=True)
class Questions:
    """How the user is asked, and told, while a connection is made."""

    trusts: Callable[[HostKeyQuestion], bool]
    secret: AskSecret
    begins: Callable[[Stage], None] = lambda _stage: None
    """Told of each part of the way that is begun, in words."""
    passed: Callable[[Stage], None] = lambda _stage: None
    """Told of each part of the way once that is behind one."""


@dataclass
class Route:
    """Connections in the order in which they were made: the last one is to the head, the others are jumps.

    It may be closed while it is being made: whatever that waits for then ends.
    """

    hops: list[SshTransport] = field(default_factory=list)
    command: ProxyCommand | None = None
    closed: bool = False
    _closing: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def transport(self) -> SshTransport:
        """The connection to the head."""
        return self.hops[-1]

    def close(self) -> None:
        """Give back every connection, the last one first; safe to call twice, from any thread."""
        self.closed = True
        with self._closing:
            for hop in reversed(self.hops):
                with contextlib.suppress(*LOST):
                    hop.close()
                    # Where it was never begun, or is over already, its socket may be open still.
                    hop.sock.close()
            command, self.command = self.command, None
            if command is not None:
                command.close()


def connect(route: Route, destination: SshDestination, ring: Keyring, questions: Questions) -> None:
    """Connect and log in over `route`; raises `RaymonError` with nothing left open."""
    try:
        _connect(route, destination, ring, questions)
    except (*LOST, ValueError) as error:
        route.close()
        raise UnreachableError(f"connect to {destination}", str(error) or type(error).__name__, WAY) from None
    except BaseException:
        route.close()
        raise


def _connect(route: Route, destination: SshDestination, ring: Keyring, questions: Questions) -> None:
    questions.begins(Stage("head", f"looking for {destination}"))
    host = destination.find_host() if destination.find_host else destination.host
    questions.passed(Stage("head", "head address", host))
    settings = settings_of(host, port=destination.port, user=destination.user)
    if destination.proxy_command:
        settings = replace(settings, proxy_command=settings.command(destination.proxy_command), jumps=())
    elif destination.jumps:
        settings = replace(settings, proxy_command=None, jumps=destination.jumps)
    hops = _Hops(route, ring, questions, str(settings), accept_new=destination.accept_new_host_key)
    hops.reach(settings, destination.keys)
    if route.closed:
        # Perhaps before its last part was there.
        raise UnreachableError(f"connect to {settings}", "the connection was closed here", WAY)


@dataclass
class _Hops:
    route: Route
    ring: Keyring
    questions: Questions
    head: str
    accept_new: bool
    _wanted: list[str] = field(default_factory=list)

    def reach(self, settings: SshSettings, keys: Sequence[Path] = (), *, jump: bool = False) -> None:
        """Connect to a host, over its jumps first."""
        before = self._before(settings)
        hop, place = "", ""
        if jump:
            number = len(self.route.hops) + 1
            hop, place = f"jump{number}_", f"jump {number} on the way to {self.head}"
        told = f"{settings}, {place}" if place else str(settings)
        self.questions.begins(Stage(f"{hop}tcp", f"connecting to {told}"))
        sock = self._socket(settings, before)
        self.questions.passed(Stage(f"{hop}tcp", f"connection to {settings}"))
        self.questions.begins(Stage(f"{hop}host_key", f"checking the host key of {told}"))
        transport = self._trusted(sock, settings, place)
        self.questions.passed(Stage(f"{hop}host_key", f"host key of {settings.known_as}"))
        self.questions.begins(Stage(f"{hop}login", f"logging in to {told}"))

        def tell(words: str) -> None:
            self.questions.begins(Stage(f"{hop}login", f"{told} says: {words}"))

        log_in(transport, settings, keys, self.ring, self._asking(place), tell)
        self.questions.passed(Stage(f"{hop}login", f"login as {settings.user}"))
        transport.set_keepalive(KEEPALIVE_S)

    def _before(self, settings: SshSettings) -> SshSettings | None:
        """Connect to the last host before this one, and return its settings; None where there is none."""
        self._wanted.append(str(settings))
        if settings.proxy_command or not settings.jumps:
            return None
        *earlier, last = settings.jumps
        jump = settings_of(last.host, port=last.port, user=last.user)
        if earlier:
            jump = replace(jump, proxy_command=None, jumps=tuple(earlier))
        if str(jump) in self._wanted:
            circle = " through ".join((*self._wanted, str(jump)))
            advice = "Leave the jump host itself out of that ProxyJump in ~/.ssh/config, as in Host * !gate."
            raise UnreachableError(f"connect to {settings}", f"the jumps lead in a circle: {circle}", advice)
        self.reach(jump, jump=True)
        return jump

    def _socket(self, settings: SshSettings, jump: SshSettings | None) -> socket.socket | paramiko.Channel:
        if jump is not None:
            return self._through_jump(settings, jump)
        if not settings.proxy_command:
            return _direct(settings)
        if settings.passes_descriptor:
            said = "ProxyUseFdpass is set, and a proxy command that passes on a descriptor is not supported"
            raise UnreachableError(
                f"connect to {settings}", said, "Let the command carry the bytes itself, as nc does."
            )
        self.route.command = ProxyCommand(settings.proxy_command)
        return self.route.command.socket

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
        except LOST:
            raise TimedOutError(tried, "no answer through it", WAY) from None

    def _trusted(self, sock: socket.socket | paramiko.Channel, settings: SshSettings, place: str) -> SshTransport:
        """Return a connection to a server that is who it was."""
        try:
            transport = SshTransport(sock)
        except BaseException:
            sock.close()
            raise
        self.route.hops.append(transport)
        host = handshake.known(settings)
        handshake.prefer_known(transport, host)
        transport.use_compression(settings.compression)
        command = self.route.command
        is_first = command is not None and len(self.route.hops) == 1
        handshake.shake_hands(transport, settings, command.last_words if command and is_first else lambda: "")
        trusts = self.questions.trusts
        handshake.check(transport, settings, host, trusts, accept_new=self.accept_new, place=place)
        return transport

    def _asking(self, place: str) -> AskSecret:
        """Return how to ask for what a host wants to know."""

        def ask(question: SecretQuestion) -> str | None:
            return self.questions.secret(replace(question, place=place))

        return ask


def _direct(settings: SshSettings) -> socket.socket:
    tried = f"connect to {settings.host}:{settings.port}"
    try:
        sock = socket.create_connection((settings.host, settings.port), timeout=settings.connect_timeout_s)
    except TimeoutError:
        said = f"{_WHO}: no answer within {settings.connect_timeout_s:.0f} s"
        raise TimedOutError(tried, said, "Is a firewall in between, or the machine off?") from None
    except (OSError, UnicodeError) as error:
        said = f"{_WHO}: {failure_of(error, tried=tried).said}"
        raise UnreachableError(tried, said, "Does sshd listen there? " + WAY) from None
    # Without it a new channel waits for the kernel to gather small packets: 47 ms in place of 2.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
    return sock
