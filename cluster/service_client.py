"""A client for a server beside Ray, such as Prometheus or Grafana, from its URL as seen from the head or from here."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import httpx

from raymon_tui.backends.base import Backend, Endpoint, Executing
from raymon_tui.backends.errors import UsageError

DEFAULT_PORTS = {"http": 80, "https": 443}
TIMEOUT = httpx.Timeout(30.0, connect=5.0)


@dataclass(frozen=True)
class Address:
    """An http(s) URL in its parts; `path` ends with a slash, `headers` hold the name and password that were in it."""

    endpoint: Endpoint
    path: str
    https: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        path = self.path.rstrip("/")
        return f"{'https' if self.https else 'http'}://{self.endpoint}{path}"


def address_in(url: str, whose: str) -> Address:
    """Return the parts of a URL, by default an http one; raises `UsageError` where it is none, without its secrets.

    `whose` address it is, is said then.
    """
    advice = "as in http://host:9090"
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        raise UsageError(f"understand the address of {whose}", "it is no URL", advice) from None
    if not parts.hostname or port is None:
        raise UsageError(f"understand the address of {whose}", "it is no http(s) URL", advice)
    headers = {}
    if parts.username is not None:
        named = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers = {"Authorization": f"Basic {base64.b64encode(named.encode()).decode()}"}
    return Address(Endpoint(parts.hostname, port), parts.path.rstrip("/") + "/", parts.scheme == "https", headers)


def without_secrets(url: str) -> str:
    """Return a URL without the name and password that may be in it, for messages."""
    scheme, separator, rest = url.partition("?")[0].rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def client_to(address: Address, backend: Backend, *, from_here: bool) -> httpx.AsyncClient:
    """Return a client whose base URL is the address, as seen `from_here` or from the head; the caller closes it.

    A server with TLS is asked from here whatever is said: what stands between the head and it is not ours.
    """
    if from_here or address.https:
        return httpx.AsyncClient(base_url=str(address), timeout=TIMEOUT)
    http = backend.http(seen_from_head(address.endpoint, backend))
    # Where the head is reached through a proxy, the base URL has a path of its own, which stays before this one.
    http.base_url = http.base_url.join(address.path.lstrip("/"))
    return http


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
