"""Connecting from this machine."""

from __future__ import annotations

import anyio
from anyio.abc import ByteStream

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.clients import CONNECT_S
from raymon_tui.backends.errors import TimedOutError
from raymon_tui.backends.failures import failure_of


async def dial_directly(endpoint: Endpoint) -> ByteStream:
    """Connect to `endpoint` from this machine; raises `UnreachableError` or `TimedOutError`."""
    tried = f"connect to {endpoint}"
    try:
        with anyio.fail_after(CONNECT_S):
            return await anyio.connect_tcp(endpoint.host, endpoint.port)
    except TimeoutError:
        raise TimedOutError(tried, f"no answer within {CONNECT_S:.0f} s", "is a firewall in between?") from None
    except (OSError, ValueError) as error:
        raise failure_of(error, tried=tried) from None
