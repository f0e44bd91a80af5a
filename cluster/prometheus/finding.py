"""From what is known of a Prometheus server to one that answers: which address, seen from where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import anyio
import httpx

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import UsageError
from raymon_tui.cluster.prometheus.api import PrometheusApi
from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.cluster.service_addresses import ServiceAddresses
from raymon_tui.cluster.service_client import address_in, client_to

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token of RFC 9110."""


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
    sent = as_headers((*address.headers.items(), *headers))
    http = client_to(address, backend, from_here=from_here)
    api = PrometheusApi(http, sent)
    try:
        version = await api.version()
    except BaseException:
        with anyio.CancelScope(shield=True):
            await http.aclose()
        raise
    return Server(api, http, f"Prometheus {version} at {address.endpoint}".replace("  ", " "))


def headers_for(options: PrometheusOptions, known: ServiceAddresses) -> tuple[tuple[str, str], ...]:
    """Return what is to be sent: what the user gave, and before that what the head has for its own server.

    A server that the user names is another one, whom the head's secrets do not concern.
    """
    return options.headers if options.url is not None else (*known.prometheus_headers, *options.headers)


def as_headers(pairs: Sequence[tuple[str, str]]) -> httpx.Headers:
    """Return headers of which a later one takes the place of an earlier one, however its name is written.

    Raises `UsageError`, without a word of its value, where one cannot be sent.
    """
    headers = httpx.Headers(encoding="utf-8")
    for name, value in pairs:
        if not _NAME.fullmatch(name) or not value.isprintable():
            tried = f"send the header {name!r} to Prometheus"
            raise UsageError(tried, "its name or its value holds what no header may", "give NAME=VALUE in one line")
        headers[name] = value
    return headers
