"""A cluster whose head is reached by SSH: all of it through one connection, with no port open here."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from signal import Signals

import anyio
import httpx
from anyio.abc import ByteStream

from raymon_tui.backends.asking import Asking, NobodyToAsk
from raymon_tui.backends.base import Completed, ConnectOptions, Endpoint, Stage
from raymon_tui.backends.credentials import Credentials
from raymon_tui.backends.dialling import client_over
from raymon_tui.backends.errors import RaymonError
from raymon_tui.backends.raw_terminal import raw_terminal
from raymon_tui.backends.ssh.channels import give_back, lost_is_told
from raymon_tui.backends.ssh.commands import by_login_shell, refuse_unbegun
from raymon_tui.backends.ssh.dashboard_port import DashboardPort
from raymon_tui.backends.ssh.description import SshDestination
from raymon_tui.backends.ssh.files import Files
from raymon_tui.backends.ssh.finding_transport import FindingTransport
from raymon_tui.backends.ssh.head_dashboards import SCRIPT
from raymon_tui.backends.ssh.head_token import LARGEST, PLACE, HeadToken
from raymon_tui.backends.ssh.link import Link
from raymon_tui.backends.ssh.opening import ForwardingForbiddenError
from raymon_tui.backends.ssh.relay import Relay
from raymon_tui.backends.ssh.running import LET_GO_S, Runner
from raymon_tui.backends.ssh.session_channels import SessionChannels
from raymon_tui.backends.ssh.stream import ChannelStream
from raymon_tui.backends.ssh.terminal import ask_for_terminal, pass_on
from raymon_tui.backends.tokens import ORDINARY_HEADER, SECOND_HEADER, dashboard_headers

WAY = (
    Stage("head", "head address"),
    Stage("tcp", "connection"),
    Stage("host_key", "host key"),
    Stage("login", "login"),
)
SCRIPT_WITHIN_S = 2.0
"""A login shell may take as long, and the first picture waits for it."""


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
        self._head_token = None if known else self._token_of_head()
        self._forbidden_over = 0
        self.link = Link(destination, asking or NobodyToAsk())
        self._sessions = SessionChannels(self.link)
        self._runner = Runner(destination, self.link, self._sessions)
        self._files = Files(destination, self.link, self._sessions, self._runner)
        self._relay = Relay(self.link, self._sessions.open)
        self._place = None if destination.port_named else self._looked_for(destination)

    def _token_of_head(self) -> HeadToken:
        return HeadToken(lambda: self.run(PLACE, limit=LARGEST), lambda: self.link.connection)

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
        return await self._runner.run(argv, timeout_s=timeout_s, limit=limit)

    async def execute(self, argv: Sequence[str], *, terminal: bool = False, signals: bool = True) -> int:
        """Run a command on the head as its login shell would, with this terminal's input and output."""
        tried = f"run {argv[0]} on {self._destination.host}"
        container = self._destination.container
        line = by_login_shell(argv, container, terminal=terminal)
        channel = await self._sessions.open(tried)
        pids: list[int] = []

        def start() -> None:
            if terminal:
                ask_for_terminal(channel)
            channel.exec_command(line)

        async def send(sent: Signals) -> None:
            await self._runner.signal(pids[0] if pids else None, sent, channel)

        try:
            with lost_is_told(tried, channel):
                await self.link.blocking(start)
                channel.setblocking(0)
                with raw_terminal() if terminal else contextlib.nullcontext():
                    passed = await pass_on(channel, pids.append, send if signals else None, terminal=terminal)
        finally:
            if pids and not channel.exit_status_ready():
                with anyio.move_on_after(LET_GO_S, shield=True), contextlib.suppress(RaymonError):
                    await self._runner.signal(pids[0], Signals.SIGKILL, channel)
            give_back(channel)
        if passed.instead is not None:
            refuse_unbegun(tried, passed.code, passed.instead, container)
        return passed.code

    async def read(self, path: str, offset: int = 0, limit: int = 1 << 16) -> bytes:
        """Return a part of a file on the head, inside its container where there is one."""
        return await self._files.read_part(path, offset, limit)

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
        """Whether the user would not answer a question, or not rightly."""
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
        await self._runner.aclose()
        await self._relay.aclose()
        await self.link.aclose()
