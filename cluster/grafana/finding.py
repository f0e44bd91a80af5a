"""From an address to a Grafana that answers."""

from __future__ import annotations

from dataclasses import dataclass

import anyio
import httpx

from raymon_tui.backends.base import Backend
from raymon_tui.cluster.grafana.api import GrafanaApi
from raymon_tui.cluster.service_client import address_in, client_to


@dataclass(frozen=True)
class GrafanaServer:
    """A Grafana that answered and is well: `title` says which and where, `http` is closed by whoever has it."""

    api: GrafanaApi
    http: httpx.AsyncClient
    title: str


async def answering_grafana(backend: Backend, url: str, token: str | None, *, from_here: bool = False) -> GrafanaServer:
    """Return the Grafana at `url`, as seen from the head, or `from_here`; raises the `RaymonError` of asking it."""
    address = address_in(url, "Grafana")
    http = client_to(address, backend, from_here=from_here)
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    api = GrafanaApi(http, {**address.headers, **bearer})
    try:
        version = await api.health()
    except BaseException:
        with anyio.CancelScope(shield=True):
            await http.aclose()
        raise
    return GrafanaServer(api, http, f"Grafana {version} at {address}".replace("  ", " "))
