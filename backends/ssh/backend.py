"""A cluster whose head is reached by SSH: all of it through one connection, with no port open here."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from signal import Signals

import anyio
import httpx
import paramiko
from anyio.abc import ByteStream

from raymon_tui.backends.asking import Asking, NobodyToAsk
from raymon_tui.backends.base import Completed, ConnectOptions, Endpoint, Stage
from raymon_tui.backends.credentials import Credentials
from raymon_tui.backends.dialling import client_over
from raymon_tui.backends.errors import RaymonError, TimedOutError, UnreachableError
from raymon_tui.backends.raw_terminal import raw_terminal
from raymon_tui.backends.ssh.commands import (
    NOT_FOUND,
    Collecting,
    by_login_shell,
    refuse_unbegun,
    signal_over,
    signalling,
    wrapped,
)
from raymon_tui.backends.ssh.dashboard_port import DashboardPort
from raymon_tui.backends.ssh.description import SshDestination
from raymon_tui.backends.ssh.files import read_part
from raymon_tui.backends.ssh.finding_transport import FindingTransport
from raymon_tui.backends.ssh.head_dashboards import SCRIPT
from raymon_tui.backends.ssh.head_token import LARGEST, PLACE, HeadToken
from raymon_tui.backends.ssh.link import ForwardingForbiddenError, Link, NoSessionError
from raymon_tui.backends.ssh.relay import Relay
from raymon_tui.backends.ssh.stream import ChannelStream
from raymon_tui.backends.ssh.terminal import ask_for_terminal, pass_on
from raymon_tui.backends.tokens import ORDINARY_HEADER, SECOND_HEADER, dashboard_headers

WAY = (
    Stage("head", "head address"),
    Stage("tcp", "connection"),
    Stage("host_key", "host key"),
    Stage("login", "login"),
)
LET_GO_S = 5.0
"""So long the end of a command that is let go of is waited for, at most."""
SCRIPT_WITHIN_S = 2.0
"""A login shell may take as long, and the first picture waits for it."""
SESSIONS_AT_ONCE = 6
"""sshd allows ten (MaxSessions); others may have theirs."""
SESSION_WITHIN_S = 10.0
"""So long one is waited for where a server allows fewer."""


class SshBackend:
    """Reaches the head as the user's own ssh would, and everything else from there."""

    def __init__(
        self,
        destination: SshDestination,
        options: ConnectOptions | None = None,
        environ: Mapping[str, str] | None = None,
        asking: Asking | None = None,
    ) -> None:
        self._destination = destination
        headers = dashboard_headers(options or ConnectOptions(), os.environ if environ is None else environ)
        self._credentials = Credentials(f"http://{destination.dashboard}", headers)
        self._secret = bool(headers)
        given = {name.lower() for name in headers}
        known = ORDINARY_HEADER.lower() in given or SECOND_HEADER.lower() in given
        self._head_token = None if known else HeadToken(lambda: self.run(PLACE, limit=LARGEST))
        self._sessions = anyio.Semaphore(SESSIONS_AT_ONCE)
        self._forbidden_over = 0
        self.link = Link(destination, asking or NobodyToAsk())
        self._relay = Relay(self.link, self._session)
        self._place = None if destination.port_named else self._looked_for(destination)

    @property
    def dashboard(self) -> Endpoint:
        """Where the dashboard listens, on the head; where nobody named its port, the usual one until it is found."""
        return self._destination.dashboard if self._place is None else self._place.endpoint

    @property
    def relays(self) -> bool:
        """Whether the server forbids forwarding, so that a command on the head passes bytes on."""
        return 0 < self._forbidden_over == self.link.connected

    def http(self, endpoint: Endpoint) -> httpx.AsyncClient:
        """Return a client: with token and headers for the dashboard, bare for anything else."""
        usual = self._destination.dashboard
        if endpoint not in (usual, self.dashboard):
            return client_over(self.dial, f"http://{endpoint}")
        # Wherever it is found: clients that were made before go there too.
        return client_over(
            self.dial,
            f"http://{usual}",
            credentials=self._credentials,
            auth=self._head_token,
            transport=None if self._place is None else FindingTransport(self._place, self.dial, secret=self._secret),
        )

    async def find_dashboard(self) -> Endpoint:
        """Return where the dashboard listens, which is looked for where nobody named its port."""
        return self.dashboard if self._place is None else await self._place.find()

    async def dial_dashboard(self) -> ByteStream:
        """Open a byte stream to the dashboard, which is looked for anew where it may have moved."""
        return await (self.dial(self.dashboard) if self._place is None else self._place.connect())

    def _looked_for(self, destination: SshDestination) -> DashboardPort:
        async def read_sessions() -> Completed:
            return await self.run(("sh", "-c", SCRIPT), timeout_s=SCRIPT_WITHIN_S)

        one_cluster = destination.one_cluster or destination.container is not None
        return DashboardPort(destination.dashboard, self.dial, self.link, read_sessions, one_cluster=one_cluster)

    async def dial(self, endpoint: Endpoint) -> ByteStream:
        """Connect from the head; where forwarding is forbidden, through the one command there that passes bytes on."""
        tried = f"connect to {endpoint} from {self._destination.host}"
        if not self.relays:
            try:
                return ChannelStream(
                    await self.link.open_channel("direct-tcpip", (endpoint.host, endpoint.port), tried)
                )
            except ForwardingForbiddenError:
                self._forbidden_over = self.link.connected
        return await self._relay.dial(endpoint, tried)

    async def run(self, argv: Sequence[str], *, timeout_s: float = 30.0, limit: int = 1 << 20) -> Completed:
        """Run a command on the head, inside its container where there is one."""
        tried = f"run {argv[0] if argv else 'a command'} on {self._destination.host}"
        if not argv or any("\0" in word for word in argv):
            said = "it has no words" if not argv else "a word of it holds a NUL"
            raise UnreachableError(tried, said, "name a program and plain words")
        container = self._destination.container
        async with self._sessions:
            channel = await self._session(tried)
            collecting = Collecting(channel, limit)
            try:
                with anyio.fail_after(timeout_s):
                    await self.link.blocking(lambda _: channel.exec_command(wrapped(argv, container)))
                    channel.shutdown_write()
                    done = await collecting.to_the_end()
            except TimeoutError:
                with anyio.CancelScope(shield=True):
                    told = await self._signal(collecting.pid, Signals.SIGKILL, channel)
                advice = "it was ended" if told else "it was asked to end, and may still run there"
                raise TimedOutError(tried, f"it did not end within {timeout_s:g} s", advice) from None
            except (anyio.BrokenResourceError, OSError, EOFError) as error:
                raise UnreachableError(tried, str(error) or "the connection was lost", "try again") from None
            finally:
                channel.close()
        if collecting.instead is not None:
            refuse_unbegun(tried, done.returncode, collecting.instead, container)
        if done.returncode == NOT_FOUND and not done.stdout and not done.stderr:
            raise UnreachableError(tried, "no such program there", "is it installed there, and in the PATH?")
        return done

    async def execute(self, argv: Sequence[str], *, terminal: bool = False, signals: bool = True) -> int:
        """Run a command on the head as its login shell would, with this terminal's input and output."""
        tried = f"run {argv[0]} on {self._destination.host}"
        container = self._destination.container
        line = by_login_shell(argv, container, terminal=terminal)
        channel = await self._session(tried)
        pids: list[int] = []

        def start() -> None:
            if terminal:
                ask_for_terminal(channel)
            channel.exec_command(line)

        async def send(sent: Signals) -> None:
            await self._signal(pids[0] if pids else None, sent, channel)

        try:
            await self.link.blocking(lambda _: start())
            channel.setblocking(0)
            with raw_terminal() if terminal else contextlib.nullcontext():
                passed = await pass_on(channel, pids.append, send if signals else None, terminal=terminal)
        except (anyio.BrokenResourceError, OSError, EOFError) as error:
            raise UnreachableError(tried, str(error) or "the connection was lost", "try again") from None
        finally:
            if pids and not channel.exit_status_ready():
                with anyio.move_on_after(LET_GO_S, shield=True), contextlib.suppress(RaymonError):
                    await self._signal(pids[0], Signals.SIGKILL, channel)
            channel.close()
        if passed.instead is not None:
            refuse_unbegun(tried, passed.code, passed.instead, container)
        return passed.code

    async def _session(self, tried: str) -> paramiko.Channel:
        """Open a session, once there is one to be had; raises `NoSessionError` where that takes too long."""
        until, pause = anyio.current_time() + SESSION_WITHIN_S, 0.02
        while True:
            try:
                return await self.link.open_channel("session", None, tried)
            except NoSessionError:
                if anyio.current_time() + pause > until:
                    raise
            # No server tells when one is free again, which may be some time after its command has ended.
            await anyio.sleep(pause)
            pause = min(2 * pause, 0.5)

    async def _signal(self, pid: int | None, sent: Signals, over: paramiko.Channel) -> bool:
        """Send a signal to the command whose process is known by `pid`, and all that it runs together with.

        Where there is no other session for that, the server is asked to signal what runs on the channel `over`, which
        not every one does: False then.
        """
        if pid is None:
            return False
        try:
            channel = await self.link.open_channel("session", None, f"send {sent.name} to a command")
        except NoSessionError:
            await self.link.blocking(lambda _: signal_over(over, sent))
            return False
        try:
            line = signalling(pid, sent, self._destination.container)
            await self.link.blocking(lambda _: channel.exec_command(line))
            with anyio.move_on_after(5.0):
                await Collecting(channel, 0).to_the_end()
        finally:
            channel.close()
        return True

    async def read(self, path: str, offset: int = 0, limit: int = 1 << 16) -> bytes:
        """Return a part of a file on the head, inside its container where there is one."""
        return await read_part(self, self._destination, path, offset, limit)

    @property
    def way(self) -> Sequence[Stage]:
        """The parts that the way always has; those of jumps come before."""
        return WAY

    @property
    def stages(self) -> Sequence[tuple[Stage, float]]:
        """The parts of the way that were behind us last time."""
        return self.link.stages

    @property
    def under_way(self) -> Stage | None:
        """The part of the way that it is at."""
        return self.link.under_way

    @property
    def declined(self) -> bool:
        """Whether the user would not answer a question."""
        return self.link.declined

    async def connect(self) -> None:
        """Connect now, however long the user takes to answer questions."""
        await self.link.connect()

    def describe(self) -> str:
        """Return `ssh` and where to, and the dashboard's port where that had to be looked for."""
        elsewhere = self.dashboard != self._destination.dashboard
        return f"ssh {self._destination}" + (f", dashboard on {self.dashboard.port}" if elsewhere else "")

    async def aclose(self) -> None:
        """Give the connection back; safe to call twice."""
        await self._relay.aclose()
        await self.link.aclose()
