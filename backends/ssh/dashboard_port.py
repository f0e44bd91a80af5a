"""Where the dashboard listens on a head, where nobody named its port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

import anyio
from anyio.abc import ByteStream

from raymon_tui.backends.base import Completed, Endpoint
from raymon_tui.backends.dialling import Dial
from raymon_tui.backends.errors import NotRayError, RaymonError, TimedOutError, UnreachableError
from raymon_tui.backends.ssh.head_dashboards import UNTOLD, Sessions, chosen, in_a_row, listed, sessions_in
from raymon_tui.backends.ssh.session_at_port import session_at

if TYPE_CHECKING:
    from raymon_tui.backends.ssh.link import Link

ANSWERS_WITHIN_S = 4.0
AGAIN_S = 5.0
"""So long after having looked nobody looks again, whatever fails."""
AT_ONCE = 4
ReadSessions = Callable[[], Awaitable[Completed]]
_ADVICE = "Is Ray running there? If its dashboard listens elsewhere, name its port with --dashboard-port."


class DashboardPort:
    """The dashboard's address on the head: at first the usual one, then that of the dashboard that is meant.

    It is looked for once a connection, and again where nothing listens any more. `read_sessions` runs the script of
    `head_dashboards` on the head; where the head is `one_cluster`'s, only if no Ray answers at its usual port.
    """

    def __init__(
        self, usual: Endpoint, dial: Dial, link: Link, read_sessions: ReadSessions, *, one_cluster: bool
    ) -> None:
        self.usual = self.endpoint = usual
        self._dial = dial
        self._link = link
        self._read_sessions = read_sessions
        self._one_cluster = one_cluster
        self._found_over = 0
        self._looked_at = float("-inf")
        self._failure: RaymonError | None = None
        self._looking = anyio.Lock()

    @property
    def found(self) -> bool:
        """Whether it was found over the connection that there is."""
        return 0 < self._found_over == self._link.connection

    def doubt(self) -> bool:
        """Say that nothing listens there any more; return whether it is time for another look."""
        if self._recently():
            return False
        self._found_over = 0
        return True

    async def find(self) -> Endpoint:
        """Return where it is; raises the `RaymonError` of a head with no dashboard, or with several to choose from."""
        async with self._looking:
            await self._link.transport()
            if self.found:
                return self.endpoint
            if self._failure is not None and self._recently():
                raise self._failure
            over, self._failure = self._link.connection, None
            try:
                self.endpoint = Endpoint(self.usual.host, await self._look())
            except RaymonError as failure:
                if self._link.connection:
                    self._failure = failure
                raise
            finally:
                self._looked_at = anyio.current_time()
            self._found_over = over
            return self.endpoint

    async def connect(self) -> ByteStream:
        """Open a byte stream to it; where nothing listens there any more, to where it is now."""
        endpoint = await self.find()
        try:
            return await self._dial(endpoint)
        except TimedOutError:
            raise
        except UnreachableError:
            if not self.doubt():
                raise
        return await self._dial(await self.find())

    def _recently(self) -> bool:
        return anyio.current_time() - self._looked_at < AGAIN_S

    async def _look(self) -> int:
        asked = _Asked(self.usual.host, self._dial)
        usual, told = self.usual.port, Sessions()

        async def ask_head() -> None:
            nonlocal told
            told = await self._sessions()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(asked.ask, usual)
            if not self._one_cluster:
                tasks.start_soon(ask_head)
        at_usual = asked.sessions.get(usual)
        if at_usual is not None and (at_usual == UNTOLD or told.meant in ("", at_usual)):
            return usual
        if at_usual is None and not self._link.connection:
            raise asked.failures[usual]
        if self._one_cluster:
            await ask_head()
        further = told.ports(usual)
        await asked.ask_all(further)
        port = chosen(asked.sessions, usual, told.meant)
        if port is None:
            raise _none_chosen(self.usual, asked, further)
        return port

    async def _sessions(self) -> Sessions:
        """Return what the head tells of its sessions: nothing, where it does not."""
        try:
            return sessions_in((await self._read_sessions()).stdout.decode("utf-8", "replace"))
        except RaymonError:
            return Sessions()


class _Asked:
    """What came of asking ports: the sessions of those at which a dashboard answers, and why the others do not."""

    def __init__(self, host: str, dial: Dial) -> None:
        self.sessions: dict[int, str] = {}
        self.failures: dict[int, RaymonError] = {}
        self._host = host
        self._dial = dial

    async def ask_all(self, ports: Iterable[int]) -> None:
        limit = anyio.CapacityLimiter(AT_ONCE)

        async def ask(port: int) -> None:
            async with limit:
                await self.ask(port)

        async with anyio.create_task_group() as tasks:
            for port in ports:
                tasks.start_soon(ask, port)

    async def ask(self, port: int) -> None:
        endpoint = Endpoint(self._host, port)
        tried = f"find Ray's dashboard at {endpoint} on the head"
        try:
            with anyio.fail_after(ANSWERS_WITHIN_S):
                session = await session_at(endpoint, self._dial)
        except TimeoutError:
            self.failures[port] = TimedOutError(tried, f"no answer within {ANSWERS_WITHIN_S:g} s", _ADVICE)
        except RaymonError as failure:
            self.failures[port] = failure
        else:
            if session is None:
                self.failures[port] = NotRayError(tried, "something answers, but it is no Ray dashboard", _ADVICE)
            else:
                self.sessions[port] = session


def _none_chosen(usual: Endpoint, asked: _Asked, further: Iterable[int]) -> RaymonError:
    """Return what is said where no dashboard is chosen: which there are to choose from, or that there is none."""
    tried, failure = f"find Ray's dashboard at {usual} on the head", asked.failures[usual.port]
    if asked.sessions:
        said = f"{failure.said}; but others are there:\n{listed(asked.sessions)}"
        return UnreachableError(
            tried, said, f"Name the one that you mean, as in --dashboard-port {min(asked.sessions)}"
        )
    return type(failure)(tried, f"{failure.said}; nor is one at the ports {in_a_row(further)}", _ADVICE)
