"""HTTP over whatever a backend dials: one connection, no listening port, any number of servers behind it."""

from __future__ import annotations

import contextlib
import select
import ssl
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

import anyio
import httpcore
import httpx
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSAttribute, TLSStream

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.clients import KEPT_S, LIMITS, TIMEOUT
from raymon_tui.backends.credentials import Credentials
from raymon_tui.backends.errors import RaymonError, TimedOutError

Dial = Callable[[Endpoint], Awaitable[ByteStream]]
"""Opens a byte stream to a port as seen from the head node; what it raises is a `RaymonError`."""


class Idle(anyio.TypedAttributeSet):
    """What a stream tells of itself while nobody uses it."""

    has_spoken: bool = anyio.typed_attribute()
    """Whether something has come that nobody has taken yet, its end among that."""


def client_over(
    dial: Dial,
    base_url: str,
    *,
    credentials: Credentials | None = None,
    auth: httpx.Auth | None = None,
    tls: ssl.SSLContext | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """Return a client whose every connection is dialled, whatever proxies this machine's environment names.

    `tls` is what an https URL is checked with, by default against the authorities that httpx trusts. What `dial` raises
    arrives as an `httpx.ConnectError` with that as its cause. A `transport` that dials by itself may be given.
    """
    checked = tls or (httpx.create_ssl_context() if base_url.startswith("https:") else None)
    return httpx.AsyncClient(
        base_url=base_url,
        transport=transport or dialling_transport(dial, checked),
        auth=auth,
        timeout=TIMEOUT,
        trust_env=False,
        event_hooks={"request": [credentials] if credentials else []},
    )


def dialling_transport(dial: Dial, tls: ssl.SSLContext | None = None) -> httpx.AsyncBaseTransport:
    """Return a transport whose every connection is dialled; see `client_over`."""
    transport = httpx.AsyncHTTPTransport(verify=False)
    # httpx gives no other way to its pool; a test holds it to this one.
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=tls,
        max_connections=LIMITS.max_connections,
        max_keepalive_connections=LIMITS.max_keepalive_connections,
        keepalive_expiry=KEPT_S,
        network_backend=_Dialling(dial),
    )
    return transport


class _Dialling(httpcore.AsyncNetworkBackend):
    def __init__(self, dial: Dial) -> None:
        self._dial = dial

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        with _told_as(httpcore.ConnectError, httpcore.ConnectTimeout), anyio.fail_after(timeout):
            return _Dialled(await self._dial(Endpoint(host, port)))

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


class _Dialled(httpcore.AsyncNetworkStream):
    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        with _told_as(httpcore.ReadError, httpcore.ReadTimeout), anyio.fail_after(timeout):
            try:
                return await self._stream.receive(max_bytes)
            except anyio.EndOfStream:
                return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if buffer:
            with _told_as(httpcore.WriteError, httpcore.WriteTimeout), anyio.fail_after(timeout):
                await self._stream.send(buffer)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        with _told_as(httpcore.ConnectError, httpcore.ConnectTimeout), anyio.fail_after(timeout):
            # HTTP says itself where an answer ends, so the closing handshake that many servers leave out is not missed.
            try:
                wrapped = await TLSStream.wrap(
                    self._stream, ssl_context=ssl_context, hostname=server_hostname, standard_compatible=False
                )
            except BaseException:
                # Nobody else knows of it yet: it would stay open, and each try leave another one.
                await anyio.aclose_forcefully(self._stream)
                raise
        return _Dialled(wrapped)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return _is_readable(self._stream)
        return self._stream.extra(TLSAttribute.ssl_object, None) if info == "ssl_object" else None  # noqa: S610


def _is_readable(stream: ByteStream) -> bool:
    """Whether an idle connection has something to say, which is that it has ended: it must not be used again.

    A stream tells by its `Idle.has_spoken`, or by its `SocketAttribute.raw_socket`, which may be anything with a
    `fileno()` that polls as readable.
    """
    spoken = stream.extra(Idle.has_spoken, None)  # noqa: S610
    if spoken is not None:
        return spoken
    socket = stream.extra(SocketAttribute.raw_socket, None)  # noqa: S610 - not the one of Django
    if socket is None:
        return False
    if socket.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(socket.fileno(), select.POLLIN)
    return bool(poll.poll(0))


@contextlib.contextmanager
def _told_as(broken: type[Exception], late: type[Exception]) -> Iterator[None]:
    """Raise what a stream raises as what httpcore, and so httpx, knows."""
    try:
        yield
    except (TimeoutError, TimedOutError) as error:
        raise late(str(error)) from error
    except (RaymonError, OSError, anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream) as error:
        raise broken(str(error)) from error
