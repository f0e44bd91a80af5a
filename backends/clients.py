"""The httpx clients that backends hand out."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

import httpx

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import UsageError

CONNECT_S, ANSWER_S = 5.0, 65.0
LIMITS = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=60.0)
"""Feeds come every few seconds: connections are kept longer than httpx's own five."""


def direct_client(endpoint: Endpoint) -> httpx.AsyncClient:
    """Return a client for plain HTTP to `endpoint` from this machine, without credentials and past any proxy."""
    return httpx.AsyncClient(
        base_url=f"http://{endpoint}",
        timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
        limits=LIMITS,
        trust_env=False,
    )


def dashboard_client(
    base_url: str,
    *,
    headers: Mapping[str, str],
    auth: tuple[str, str] | None = None,
    ca_cert: Path | None = None,
    insecure: bool = False,
    past_proxies: bool = False,
) -> httpx.AsyncClient:
    """Return a client for the dashboard at `base_url`, whose path prefix is kept.

    Redirects are not followed: whoever answers elsewhere is not whom the credentials are for.
    """
    return httpx.AsyncClient(
        base_url=base_url,
        headers=dict(headers),
        auth=auth,
        verify=_verification(base_url, ca_cert, insecure=insecure),
        timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
        limits=LIMITS,
        trust_env=not past_proxies,
    )


def _verification(base_url: str, ca_cert: Path | None, *, insecure: bool) -> ssl.SSLContext | bool:
    if not base_url.startswith("https:"):
        # A context takes 20 ms to make, and plain HTTP has no use for one.
        return False
    if insecure:
        return False
    if ca_cert is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca_cert))
    except (OSError, ssl.SSLError) as error:
        said = f"{ca_cert}: {getattr(error, 'strerror', None) or error}"
        raise UsageError("read the certificate that --ca-cert names", said, "name a PEM file of certificates") from None
