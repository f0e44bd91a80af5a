"""A loopback port behind which the dashboard is, for as long as somebody wants it."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
from anyio.abc import ByteStream, Listener, SocketAttribute, SocketStream

from raymon_tui.backends.base import Backend, Seeking
from raymon_tui.backends.errors import RaymonError, UnreachableError
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.local import LocalBackend
from raymon_tui.widgets.content import plain

LOOPBACK = "127.0.0.1"
READ_WITHIN_S = 5.0


@asynccontextmanager
async def dashboard_url(backend: Backend, wanted_port: int) -> AsyncIterator[str]:
    """Yield where a browser on this machine finds the dashboard, for as long as the context is open.

    That is its own address where it has one here, else a port of loopback, `wanted_port` where that is free. Raises the
    `RaymonError` of a dashboard that is not to be reached that way.
    """
    if isinstance(backend, HttpBackend):
        yield backend.describe()
    elif isinstance(backend, LocalBackend):
        yield f"http://{backend.dashboard}"
    else:
        # Of a port behind which nothing is to be had nobody needs to know.
        async with await _dialled(backend):
            pass
        async with forwarded(lambda: _dialled(backend), wanted_port) as port:
            yield f"http://{LOOPBACK}:{port}"


async def _dialled(backend: Backend) -> ByteStream:
    """Open a byte stream to the dashboard, where it is now: the Ray that comes back may listen elsewhere."""
    return await (backend.dial_dashboard() if isinstance(backend, Seeking) else backend.dial(backend.dashboard))


@asynccontextmanager
async def forwarded(dial: Callable[[], Awaitable[ByteStream]], wanted_port: int) -> AsyncIterator[int]:
    """Listen on loopback, on another port where the wanted one is taken, and yield which.

    Each connection is dialled anew, so that one that is lost is nobody else's. A browser whose connection cannot be
    dialled is told why.
    """

    async def carry(near: SocketStream) -> None:
        async with near:
            with contextlib.suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
                try:
                    far = await dial()
                except RaymonError as failure:
                    await _refuse(near, failure)
                    return
                async with far, anyio.create_task_group() as tasks:
                    tasks.start_soon(_pump, far, near, tasks.cancel_scope)
                    await _pump(near, far, None)

    listener = await _listener(wanted_port)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, carry)
        yield int(listener.extra(SocketAttribute.local_port))  # noqa: S610 - not the one of Django
        tasks.cancel_scope.cancel()


async def _refuse(near: SocketStream, failure: RaymonError) -> None:
    """Say why there is no answer, and let that be read: what nobody has taken would take it back as it is closed."""
    await near.send(_bad_gateway(failure))
    await near.send_eof()
    with anyio.move_on_after(READ_WITHIN_S), contextlib.suppress(anyio.EndOfStream):
        while True:
            await near.receive()


def _bad_gateway(failure: RaymonError) -> bytes:
    """Return the answer, to whatever was asked, that says why there is none."""
    lines = (plain(text) for text in (failure.tried, failure.said, failure.advice))
    body = "".join(f"{line}\n" for line in lines).encode()
    head = f"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


async def _listener(wanted_port: int) -> Listener[SocketStream]:
    try:
        return await _listening(wanted_port)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            said = error.strerror or str(error)
            raise UnreachableError(f"listen on {LOOPBACK}:{wanted_port}", said, "Name another with -p.") from None
    return await _listening(0)


async def _listening(port: int) -> Listener[SocketStream]:
    return await anyio.create_tcp_listener(local_host=LOOPBACK, local_port=port)


async def _pump(source: ByteStream, sink: ByteStream, whole: anyio.CancelScope | None) -> None:
    """Carry bytes one way until they end; the end of what the cluster says ends the `whole`."""
    with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
        while True:
            await sink.send(await source.receive())
    with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
        await sink.send_eof()
    if whole is not None:
        whole.cancel()
