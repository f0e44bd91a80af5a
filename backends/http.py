"""A dashboard that can be reached by HTTP from here."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NoReturn

import httpx
from anyio.abc import ByteStream

from raymon_tui.backends.base import Completed, ConnectOptions, Endpoint
from raymon_tui.backends.clients import url_client
from raymon_tui.backends.credentials import Credentials
from raymon_tui.backends.dialling import client_over
from raymon_tui.backends.direct import dial_directly
from raymon_tui.backends.errors import UnsupportedError
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.backends.tokens import dashboard_headers


class HttpBackend:
    """Reaches the dashboard at its URL; other ports of the head only as far as they can be reached from here."""

    def __init__(
        self, target: UrlTarget, options: ConnectOptions | None = None, environ: Mapping[str, str] | None = None
    ) -> None:
        options = options or ConnectOptions()
        self._target = target
        basic = None if target.user is None else (target.user, target.password or "")
        headers = dashboard_headers(options, os.environ if environ is None else environ, basic=basic)
        self._credentials = Credentials(target.base_url, headers)
        self._ca_cert, self._insecure = options.ca_cert, options.insecure

    @property
    def dashboard(self) -> Endpoint:
        """The host and port of the URL."""
        return Endpoint(self._target.host, self._target.port)

    def http(self, endpoint: Endpoint) -> httpx.AsyncClient:
        """Return a client: with URL, prefix and credentials for the dashboard, bare for anything else."""
        if endpoint != self.dashboard:
            return client_over(self.dial, f"http://{endpoint}")
        return url_client(self._target.base_url, self._credentials, ca_cert=self._ca_cert, insecure=self._insecure)

    async def dial(self, endpoint: Endpoint) -> ByteStream:
        """Connect from here: what only the head can reach is out of reach."""
        return await dial_directly(endpoint)

    async def run(self, argv: Sequence[str], *, timeout_s: float = 30.0, limit: int = 1 << 20) -> Completed:
        """Raise `UnsupportedError`: a URL gives no way to run anything."""
        self._cannot(f"run {argv[0] if argv else 'a command'} on the head node")

    async def read(self, path: str, offset: int = 0, limit: int = 1 << 16) -> bytes:
        """Raise `UnsupportedError`: a URL gives no way to the head's files."""
        self._cannot(f"read {path} on the head node")

    def _cannot(self, tried: str) -> NoReturn:
        raise UnsupportedError(tried, f"{self._target} is reached by HTTP alone", "run raymon-tui on the head node")

    def describe(self) -> str:
        """Return the URL without credentials."""
        return str(self._target)

    async def aclose(self) -> None:
        """Do nothing: clients belong to whoever asked for them."""
