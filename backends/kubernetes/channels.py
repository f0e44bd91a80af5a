"""A websocket to a pod, on which the API server carries several channels: for commands, and for ports."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from urllib.parse import quote, urlencode, urlsplit

import websockets
from websockets.asyncio.client import ClientConnection, connect

from raymon_tui.backends.errors import RaymonError, RefusedError, UnreachableError, UsageError
from raymon_tui.backends.kubernetes.access import Access, Headers
from raymon_tui.backends.kubernetes.answers import not_reached, refusal
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.keepalive import KEEPALIVE

OPEN_S = 15.0
PORTS, COMMANDS = ("v4.channel.k8s.io",), ("v5.channel.k8s.io", "v4.channel.k8s.io")
_LARGEST_FRAME = 16 << 20
_UNAUTHORIZED = 401


async def open_channels(
    api: ApiServer, path: str, params: Sequence[tuple[str, str]], protocols: Sequence[str], tried: str
) -> ClientConnection:
    """Open a websocket to a pod's subresource; raises the `RaymonError` of what was answered instead."""
    while True:
        reached, headers = await api.identified()
        try:
            return await _connect(reached, f"{quote(path)}?{urlencode(params)}", headers, protocols)
        except websockets.exceptions.InvalidStatus as error:
            status = error.response.status_code
            if status == _UNAUTHORIZED and await api.renewed(reached):
                continue
            raise _with(refusal(status, bytes(error.response.body or b""), path), tried) from None
        except (OSError, ssl.SSLError, TimeoutError) as error:
            raise not_reached(error, tried) from None
        except websockets.exceptions.WebSocketException as error:
            advice = "does something in between, a proxy, let no websockets through?"
            raise UnreachableError(tried, str(error), advice) from None
        except ImportError as error:
            raise UsageError(tried, str(error)[:200], "pip install python-socks, or use another proxy") from None


async def _connect(reached: Access, path: str, headers: Headers, protocols: Sequence[str]) -> ClientConnection:
    url = f"{reached.server}{path}"
    secure = url.startswith("https:")
    socket = await connect(
        url.replace("http", "ws", 1),
        ssl=reached.tls if secure else None,
        server_hostname=urlsplit(url).hostname if secure else None,
        additional_headers=headers,
        subprotocols=[websockets.Subprotocol(one) for one in protocols],
        proxy=reached.proxy,
        compression=None,
        open_timeout=OPEN_S,
        max_size=_LARGEST_FRAME,
        # A server that is busy writing answers no ping, and is no less there for that.
        ping_interval=None,
    )
    for option in KEEPALIVE:
        socket.transport.get_extra_info("socket").setsockopt(*option)
    return socket


def _with(failure: RaymonError, tried: str) -> RaymonError:
    """Return a failure as one of what the user wanted."""
    kind = RefusedError if isinstance(failure, RefusedError) else UnreachableError
    return kind(tried, failure.said, failure.advice)
