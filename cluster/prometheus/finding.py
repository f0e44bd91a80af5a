"""From what is known of a Prometheus server to one that answers: which address, seen from where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import anyio
import httpx

from raymon_tui.backends.base import Backend
from raymon_tui.cluster.prometheus.api import PrometheusApi
from raymon_tui.cluster.service_client import address_in, client_to


@dataclass(frozen=True)
class Server:
    """A server that answered: `title` says what and where it is, `http` is closed by whoever has it."""

    api: PrometheusApi
    http: httpx.AsyncClient
    title: str


async def answering(
    backend: Backend, url: str, headers: Sequence[tuple[str, str]], *, from_here: bool = False
) -> Server:
    """Return the server at `url`, as seen from the head, or `from_here`; raises the `RaymonError` of asking it."""
    address = address_in(url, "Prometheus")
    http = client_to(address, backend, from_here=from_here)
    api = PrometheusApi(http, {**address.headers, **dict(headers)})
    try:
        version = await api.version()
    except BaseException:
        with anyio.CancelScope(shield=True):
            await http.aclose()
        raise
    return Server(api, http, f"Prometheus {version} at {address.endpoint}".replace("  ", " "))
