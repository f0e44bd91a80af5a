"""Passwords, tokens and headers go to the dashboard, and nowhere else."""

from __future__ import annotations

import httpx
import pytest
from listening import recording

from raymon_tui.backends.base import Backend, ConnectOptions, Endpoint
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.local import LocalBackend
from raymon_tui.backends.parsing import parse
from raymon_tui.backends.targets import UrlTarget

SECRET = "hunter2hunter2hunter2"
WHERE = ["local", "by URL", "by URL with a password"]


@pytest.mark.parametrize("way", WHERE)
async def test_a_redirect_to_another_server_takes_no_secret_along(way: str) -> None:
    async with (
        recording() as (other, others),
        recording(_redirect_to(other)) as (dashboard, heads),
        _client(way, dashboard) as client,
    ):
        await client.get("/api/version", follow_redirects=True)
    assert SECRET in heads[0]
    assert len(others) == 1
    assert _carries_nothing(others[0])


@pytest.mark.parametrize("way", WHERE)
async def test_a_whole_address_in_a_question_takes_no_secret_along(way: str) -> None:
    async with recording() as (other, others), recording() as (dashboard, heads), _client(way, dashboard) as client:
        await client.get(f"http://{other}/metrics")
        await client.get(f"http://{dashboard}/api/version")
    assert _carries_nothing(others[0])
    assert SECRET in heads[0]


@pytest.mark.parametrize("way", WHERE)
async def test_a_redirect_within_the_dashboard_keeps_them(way: str) -> None:
    first = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
    async with recording(first) as (dashboard, heads), _client(way, dashboard) as client:
        with pytest.raises(httpx.TooManyRedirects):
            await client.get("/here", follow_redirects=True)
    assert all(f"X-Key: {SECRET}" in head for head in heads)


@pytest.mark.parametrize("way", WHERE)
async def test_redirects_are_not_followed_unasked(way: str) -> None:
    async with (
        recording() as (other, others),
        recording(_redirect_to(other)) as (dashboard, _),
        _client(way, dashboard) as client,
    ):
        assert (await client.get("/api/version")).is_redirect
    assert others == []


@pytest.mark.parametrize("way", WHERE)
def test_neither_backend_nor_client_shows_a_secret(way: str) -> None:
    backend = _backend(way, Endpoint("127.0.0.1", 8265))
    client = backend.http(backend.dashboard)
    shown = (backend, vars(backend), client, client.headers, client.base_url, client.event_hooks, client.auth)
    assert all(SECRET not in f"{one!r} {one}" for one in shown)


async def test_a_header_may_hold_more_than_ascii() -> None:
    async with recording() as (endpoint, heads):
        backend = LocalBackend(endpoint, ConnectOptions(headers=(("X-Team", "Größe"),)), environ={"HOME": "/"})
        async with backend.http(endpoint) as client:
            await client.get("/")
    assert "X-Team: Größe" in heads[0].encode("latin-1").decode()


def _redirect_to(other: Endpoint) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: http://localhost:{other.port}/\r\nContent-Length: 0\r\n\r\n".encode()


def _carries_nothing(head: str) -> bool:
    return SECRET not in head and "authorization" not in head.lower() and "x-key" not in head.lower()


def _client(way: str, dashboard: Endpoint) -> httpx.AsyncClient:
    return _backend(way, dashboard).http(dashboard)


def _backend(way: str, dashboard: Endpoint) -> Backend:
    options = ConnectOptions(token=SECRET, headers=(("X-Key", SECRET),))
    if way == "local":
        return LocalBackend(dashboard, options, environ={})
    target = parse(f"http://{f'me:{SECRET}@' if 'password' in way else ''}{dashboard}")
    assert isinstance(target, UrlTarget)
    return HttpBackend(target, options, environ={})
