"""A websocket to a pod, on which the API server carries several channels: for commands, and for ports."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from urllib.parse import quote, urlencode, urlsplit

import websockets
from websockets.asyncio.client import ClientConnection, connect

from raymon_tui.backends.errors import RaymonError, RefusedError, UnreachableError
from raymon_tui.backends.failures import failure_of
from raymon_tui.backends.kubernetes.api_server import ApiServer, refusal

OPEN_S = 15.0
PORTS, COMMANDS = ("v4.channel.k8s.io",), ("v5.channel.k8s.io", "v4.channel.k8s.io")


async def open_channels(
    api: ApiServer, path: str, params: Sequence[tuple[str, str]], protocols: Sequence[str], tried: str
) -> ClientConnection:
    """Open a websocket to a pod's subresource; raises the `RaymonError` of what was answered instead."""
    reached = await api.access()
    url = f"{reached.server}{quote(path)}?{urlencode(params)}"
    secure = url.startswith("https:")
    try:
        return await connect(
            url.replace("http", "ws", 1),
            ssl=reached.tls if secure else None,
            server_hostname=(reached.server_name or urlsplit(url).hostname) if secure else None,
            additional_headers=await api.headers(),
            subprotocols=[websockets.Subprotocol(one) for one in protocols],
            proxy=reached.proxy,
            compression=None,
            open_timeout=OPEN_S,
            max_size=None,
            ping_interval=None,
        )
    except websockets.exceptions.InvalidStatus as error:
        failure = refusal(error.response.status_code, bytes(error.response.body or b""), path)
        raise _with(failure, tried) from None
    except (OSError, ssl.SSLError, TimeoutError) as error:
        raise failure_of(error, tried=tried) from None
    except websockets.exceptions.WebSocketException as error:
        raise UnreachableError(tried, str(error), "is that an API server of Kubernetes?") from None


def _with(failure: RaymonError, tried: str) -> RaymonError:
    """Return a failure as one of what the user wanted."""
    kind = RefusedError if isinstance(failure, RefusedError) else UnreachableError
    return kind(tried, failure.said, failure.advice)
