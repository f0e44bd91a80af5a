"""A cluster whose head is this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import anyio
import anyio.to_thread
import httpx
from anyio.abc import ByteStream

from raymon_tui.backends.base import Completed, ConnectOptions, Endpoint
from raymon_tui.backends.commands import run_here, with_own_streams
from raymon_tui.backends.credentials import Credentials
from raymon_tui.backends.dialling import client_over
from raymon_tui.backends.direct import dial_directly
from raymon_tui.backends.errors import UnreachableError
from raymon_tui.backends.tokens import dashboard_headers


class LocalBackend:
    """Reaches the dashboard of this machine, and everything else as the head does: because this is the head."""

    def __init__(
        self, dashboard: Endpoint, options: ConnectOptions | None = None, environ: Mapping[str, str] | None = None
    ) -> None:
        self._dashboard = dashboard
        environ = os.environ if environ is None else environ
        headers = dashboard_headers(options or ConnectOptions(), environ)
        self._credentials = Credentials(f"http://{dashboard}", headers)

    @property
    def dashboard(self) -> Endpoint:
        """Where the dashboard listens."""
        return self._dashboard

    def http(self, endpoint: Endpoint) -> httpx.AsyncClient:
        """Return a client: with token and headers for the dashboard, bare for anything else."""
        credentials = self._credentials if endpoint == self._dashboard else None
        return client_over(self.dial, f"http://{endpoint}", credentials=credentials)

    async def dial(self, endpoint: Endpoint) -> ByteStream:
        """Connect from here."""
        return await dial_directly(endpoint)

    async def run(self, argv: Sequence[str], *, timeout_s: float = 30.0, limit: int = 1 << 20) -> Completed:
        """Run a command here."""
        return await run_here(argv, timeout_s=timeout_s, limit=limit)

    async def execute(self, argv: Sequence[str], *, terminal: bool = False, signals: bool = True) -> int:
        """Run a command here; the terminal that it would be given is the one that it has."""
        return await with_own_streams(argv, signals=signals)

    async def read(self, path: str, offset: int = 0, limit: int = 1 << 16) -> bytes:
        """Read a part of a file here; raises `UnreachableError` where it cannot be read."""
        try:
            return await anyio.to_thread.run_sync(_read_part, path, offset, limit)
        except (OSError, ValueError) as error:
            said = getattr(error, "strerror", None) or str(error)
            raise UnreachableError(f"read {path}", said, "is it there, and yours?") from None

    def describe(self) -> str:
        """Return `local` and the dashboard's address."""
        return f"local {self._dashboard}"

    async def aclose(self) -> None:
        """Do nothing: clients belong to whoever asked for them."""


def _read_part(path: str, offset: int, limit: int) -> bytes:
    with Path(path).open("rb") as file:
        if offset < 0:
            size = file.seek(0, os.SEEK_END)
            offset = max(0, size + offset)
        file.seek(offset)
        return file.read(limit)
