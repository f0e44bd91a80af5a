"""The httpx client for a dashboard that is asked at its URL, and what all clients have in common."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx

from raymon_tui.backends.credentials import Credentials
from raymon_tui.backends.errors import UsageError

CONNECT_S, ANSWER_S, KEPT_S = 5.0, 65.0, 60.0
"""Seconds: to connect, to wait for an answer at most (feeds bring limits of their own), to keep an idle connection."""
TIMEOUT = httpx.Timeout(ANSWER_S, connect=CONNECT_S)
LIMITS = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=KEPT_S)
"""Feeds come every few seconds: connections are kept longer than httpx's own five."""


def url_client(
    base_url: str, credentials: Credentials, *, ca_cert: Path | None = None, insecure: bool = False
) -> httpx.AsyncClient:
    """Return a client for the dashboard at `base_url`, whose path prefix is kept; through a proxy where the environment
    names one. Raises `UsageError` where `ca_cert` cannot be read.
    """
    return httpx.AsyncClient(
        base_url=base_url,
        verify=_verification(base_url, ca_cert, insecure=insecure),
        timeout=TIMEOUT,
        limits=LIMITS,
        event_hooks={"request": [credentials]},
    )


def _verification(base_url: str, ca_cert: Path | None, *, insecure: bool) -> ssl.SSLContext | bool:
    if insecure or not base_url.startswith("https:"):
        # A context that knows all authorities takes 20 ms to make, and plain HTTP has no use for one.
        return False
    if ca_cert is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca_cert))
    except OSError as error:
        said = f"{ca_cert}: {error.strerror or error}"
        raise UsageError("read the certificate that --ca-cert names", said, "name a PEM file of certificates") from None
