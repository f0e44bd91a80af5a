"""HTTP over streams that a backend dials."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import anyio
import httpcore
import httpx
import pytest
from anyio.abc import ByteStream
from certificates import Authority
from listening import HERE, closed_port, recording

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.dialling import client_over
from raymon_tui.backends.direct import dial_directly
from raymon_tui.backends.errors import RaymonError, RefusedError, TimedOutError, UnreachableError
from raymon_tui.backends.failures import failure_of

PATIENCE_S = 30.0
LAST_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Dialled:
    """Dials directly, and remembers what was dialled."""

    def __init__(self) -> None:
        self.endpoints: list[Endpoint] = []

    async def __call__(self, endpoint: Endpoint) -> ByteStream:
        self.endpoints.append(endpoint)
        return await dial_directly(endpoint)


def test_httpx_takes_its_pool_where_it_is_put() -> None:
    """The attribute is private: this fails first where a new httpx moves it."""
    assert type(httpx.AsyncHTTPTransport()._pool) is httpcore.AsyncConnectionPool


async def test_a_connection_is_kept_for_the_next_question() -> None:
    dial = Dialled()
    async with recording() as (endpoint, heads), client_over(dial, f"http://{endpoint}") as client:
        for _ in range(3):
            assert (await client.get("/api/version")).json() == {}
    assert dial.endpoints == [endpoint]
    assert len(heads) == 3


async def test_a_connection_that_ended_while_it_was_idle_is_not_used_again() -> None:
    dial, ended = Dialled(), asyncio.Event()

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(LAST_ANSWER)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(answer_once, HERE, 0)
    endpoint = Endpoint(HERE, server.sockets[0].getsockname()[1])
    async with server, client_over(dial, f"http://{endpoint}") as client:
        for _ in range(3):
            assert (await client.get("/")).status_code == 200
            await asyncio.wait_for(ended.wait(), PATIENCE_S)
            ended.clear()
    assert dial.endpoints == [endpoint] * 3


async def test_https_is_spoken_through_the_stream_to_a_server_that_is_known(authority: Authority) -> None:
    trusting = ssl.create_default_context(cafile=str(authority.pem))
    dial = Dialled()
    async with recording(tls=authority.server_for(HERE)) as (endpoint, _):
        async with client_over(dial, f"https://{endpoint}", tls=trusting) as client:
            for _ in range(2):
                assert (await client.get("/")).status_code == 200
        async with client_over(dial, f"https://{endpoint}") as client:
            with pytest.raises(httpx.ConnectError) as caught:
                await client.get("/")
    assert "--ca-cert" in failure_of(caught.value, tried="asking").advice
    assert len(dial.endpoints) == 2


async def test_a_connection_to_a_server_that_is_not_trusted_is_closed_again(authority: Authority) -> None:
    dialled: list[ByteStream] = []

    async def dial(endpoint: Endpoint) -> ByteStream:
        dialled.append(await dial_directly(endpoint))
        return dialled[-1]

    async with recording(tls=authority.server_for(HERE)) as (endpoint, _):
        async with client_over(dial, f"https://{endpoint}") as client:
            with pytest.raises(httpx.ConnectError):
                await client.get("/")
        (stream,) = dialled
        with pytest.raises(anyio.ClosedResourceError):
            await stream.send(b"anything")


async def test_what_the_backend_says_of_a_connection_reaches_the_user() -> None:
    own = RefusedError("opening the tunnel", "host key changed", "see known_hosts")

    async def refuse(_endpoint: Endpoint) -> ByteStream:
        raise own

    assert await _failure(refuse, 80, httpx.ConnectError) is own


async def test_a_refused_port_is_told_as_the_dialling_told_it() -> None:
    port = closed_port()
    failure = await _failure(dial_directly, port, httpx.ConnectError)
    assert type(failure) is UnreachableError
    assert (failure.tried, failure.said) == (f"connect to {HERE}:{port}", "Connection refused")


async def test_a_connection_that_cannot_be_had_in_time_is_given_up() -> None:
    async def never(_endpoint: Endpoint) -> ByteStream:
        await anyio.sleep_forever()
        raise AssertionError

    assert type(await _failure(never, 80, httpx.ConnectTimeout)) is TimedOutError


async def test_an_answer_that_does_not_come_in_time_is_given_up() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    assert type(await _served(say_nothing, httpx.ReadTimeout)) is TimedOutError


async def test_a_connection_that_is_cut_under_an_answer_is_told() -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    assert type(await _served(reset, httpx.HTTPError)) is UnreachableError


async def _served(
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], expected: type[httpx.HTTPError]
) -> RaymonError:
    server = await asyncio.start_server(handler, HERE, 0)
    async with server:
        return await _failure(dial_directly, server.sockets[0].getsockname()[1], expected)


async def _failure(
    dial: Callable[[Endpoint], Awaitable[ByteStream]], port: int, expected: type[httpx.HTTPError]
) -> RaymonError:
    async with client_over(dial, f"http://{HERE}:{port}") as client:
        with pytest.raises(expected) as caught:
            await client.get("/", timeout=0.2)
    return failure_of(caught.value, tried="asking")
