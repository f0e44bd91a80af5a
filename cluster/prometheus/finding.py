"""From what is known of a Prometheus server to one that answers: which address, seen from where."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx
from msgspec import Struct

from raymon_tui.backends.base import Backend, Endpoint, Executing
from raymon_tui.backends.errors import RaymonError, UsageError
from raymon_tui.cluster.prometheus.api import PrometheusApi

DEFAULT_PORTS = {"http": 80, "https": 443}


class Server(Struct, frozen=True):
    """A server that answered: `title` says what and where it is, `http` is closed by whoever has it."""

    api: PrometheusApi
    http: httpx.AsyncClient
    title: str


def endpoint_in(url: str) -> tuple[Endpoint, str]:
    """Return the host and port of an http(s) URL, and its path; raises `UsageError` where it is none."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        port = None
    if not parts.hostname or port is None:
        raise UsageError(
            "understand the address of Prometheus", f"{url[:100]} is no http(s) URL", "as in http://host:9090"
        )
    return Endpoint(parts.hostname, port), parts.path.rstrip("/") + "/"


def seen_from_head(endpoint: Endpoint, backend: Backend) -> Endpoint:
    """Return an address of the head's own as it is reached: by a URL alone, the head is where its dashboard is."""
    if isinstance(backend, Executing) or not is_loopback(endpoint.host):
        return endpoint
    return Endpoint(backend.dashboard.host, endpoint.port)


def is_loopback(host: str) -> bool:
    """Return whether a host is the machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def answering(
    backend: Backend, url: str, headers: Sequence[tuple[str, str]], *, from_here: bool = False
) -> Server:
    """Return the server at `url`, as seen from the head, or `from_here`; raises the `RaymonError` of asking it."""
    endpoint, path = endpoint_in(url)
    https = url.startswith("https:")
    if from_here or https:
        http = httpx.AsyncClient(base_url=url.rstrip("/") + "/")
    else:
        http = backend.http(seen_from_head(endpoint, backend))
        http.base_url = http.base_url.join(path)
    api = PrometheusApi(http, dict(headers))
    try:
        version = await api.version()
    except RaymonError:
        await http.aclose()
        raise
    return Server(api, http, f"Prometheus {version} at {endpoint}".replace("  ", " "))
