"""The last links of the chain, which a cluster may do without: Prometheus and Grafana."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx

from raymon_tui.backends.base import Backend, Stage
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.grafana.finding import answering_grafana
from raymon_tui.cluster.prometheus.finding import answering, headers_for
from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.cluster.service_addresses import service_addresses
from raymon_tui.cluster.service_client import without_secrets
from raymon_tui.tui.cli.check import THEN, Check

*_, PROMETHEUS, GRAFANA = THEN
NOT_NEEDED = "charts here need none"
NOT_WANTED = "DISABLED"


async def services(backend: Backend, api: RayApi, prometheus: PrometheusOptions) -> AsyncIterator[Check]:
    """Yield what became of each: one that somebody has set up and that does not answer is a broken link."""
    known = await service_addresses(backend, api)
    headers = headers_for(prometheus, known)
    if prometheus.url is not None:
        url = prometheus.url
        yield await _tried(PROMETHEUS, url, "--prometheus", lambda: _prometheus(backend, url, headers, from_here=True))
    else:
        address = known.prometheus
        yield await _tried(
            PROMETHEUS,
            address,
            known.prometheus_told_by,
            lambda: _prometheus(backend, address, headers, from_here=False),
        )
    if known.grafana == NOT_WANTED:
        said = "RAY_GRAFANA_HOST on the head says that there is none"
        yield Check(id=GRAFANA.id, name=GRAFANA.name, holds=None, said=said)
    else:
        yield await _tried(GRAFANA, known.grafana, known.grafana_told_by, lambda: _grafana(backend, known.grafana))


async def _prometheus(
    backend: Backend, url: str, headers: tuple[tuple[str, str], ...], *, from_here: bool
) -> tuple[str, httpx.AsyncClient]:
    try:
        server = await answering(backend, url, headers, from_here=from_here)
    except RaymonError:
        if not from_here:
            raise
        server = await answering(backend, url, headers)
    return server.title, server.http


async def _grafana(backend: Backend, url: str) -> tuple[str, httpx.AsyncClient]:
    server = await answering_grafana(backend, url, None)
    return server.title, server.http


async def _tried(
    link: Stage, address: str, told_by: str, ask: Callable[[], Awaitable[tuple[str, httpx.AsyncClient]]]
) -> Check:
    began = time.monotonic()
    try:
        title, http = await ask()
        await http.aclose()
    except RaymonError as failure:
        took_s = time.monotonic() - began
        if not told_by:
            said = f"none at {without_secrets(address)}, where Ray looks for it: {failure.said}; {NOT_NEEDED}"
            return Check(id=link.id, name=link.name, holds=None, said=said, took_s=took_s)
        said = f"{without_secrets(address)}, told by {told_by}: {failure.said}"
        return Check(
            id=link.id,
            name=link.name,
            holds=False,
            said=said,
            took_s=took_s,
            advice=failure.advice,
            exit_code=failure.exit_code,
        )
    said = f"{title}, told by {told_by}" if told_by else title
    return Check(id=link.id, name=link.name, holds=True, said=said, took_s=time.monotonic() - began)
