"""Dashboards behind https, prefixes, IPv6 and proxies, asked at their URL."""

from __future__ import annotations

from pathlib import Path

import pytest
from certificates import Authority
from listening import HERE, recording
from reverse_proxy import reverse_proxy

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.backends.errors import RaymonError, UnreachableError, UsageError
from raymon_tui.backends.failures import failure_of
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.parsing import parse
from raymon_tui.backends.targets import UrlTarget

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the proxies of whoever runs the tests."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def test_a_certificate_that_is_trusted_by_option_is_taken(authority: Authority) -> None:
    async with recording(tls=authority.server_for(HERE)) as (endpoint, heads):
        assert await _status(f"https://{endpoint}", ConnectOptions(ca_cert=authority.pem)) == 200
    assert len(heads) == 1


async def test_a_certificate_that_nobody_knows_is_taken_when_that_is_asked_for(authority: Authority) -> None:
    async with recording(tls=authority.server_for("other.example")) as (endpoint, _):
        assert await _status(f"https://{endpoint}", ConnectOptions(insecure=True)) == 200


async def test_a_certificate_that_nobody_knows_is_told_with_both_ways_out(authority: Authority) -> None:
    async with recording(tls=authority.server_for(HERE)) as (endpoint, heads):
        failure = await _failure(f"https://{endpoint}", ConnectOptions(token="hunter2"))
    assert type(failure) is UnreachableError
    assert "certificate is not trusted" in failure.said
    assert "--ca-cert" in failure.advice
    assert "--insecure" in failure.advice
    assert heads == []


async def test_a_certificate_for_another_name_is_told_by_that(authority: Authority) -> None:
    async with recording(tls=authority.server_for("other.example")) as (endpoint, _):
        failure = await _failure(f"https://{endpoint}", ConnectOptions(ca_cert=authority.pem))
    assert HERE in failure.said
    assert "name" in failure.advice


async def test_https_to_a_port_that_speaks_http_is_told(authority: Authority) -> None:
    async with recording() as (ray, _), reverse_proxy(f"http://{ray}") as port:
        failure = await _failure(f"https://{HERE}:{port}", ConnectOptions(ca_cert=authority.pem))
    assert "http://" in failure.advice


async def test_http_to_a_port_that_speaks_https_is_told(authority: Authority) -> None:
    async with recording(tls=authority.server_for(HERE)) as (endpoint, _):
        failure = await _failure(f"http://{endpoint}", ConnectOptions())
    assert "https://" in failure.advice


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_certificates_that_cannot_be_read_is_told(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    backend = _backend("https://head", ConnectOptions(ca_cert=file))
    with pytest.raises(UsageError, match="--ca-cert") as caught:
        backend.http(backend.dashboard)
    assert str(file) in caught.value.said


async def test_the_prefix_of_an_address_stands_before_every_question() -> None:
    async with recording() as (endpoint, heads):
        assert await _status(f"http://{endpoint}/ray/one/", ConnectOptions()) == 200
    assert heads[0].splitlines()[0] == "GET /ray/one/api/version HTTP/1.1"


async def test_a_dashboard_below_a_prefix_and_behind_https_answers(authority: Authority) -> None:
    async with (
        recording() as (ray, heads),
        reverse_proxy(f"http://{ray}", prefix="/ray/one", tls=authority.server_for("localhost")) as port,
    ):
        options = ConnectOptions(ca_cert=authority.pem)
        assert await _status(f"https://localhost:{port}/ray/one", options) == 200
        assert await _status(f"https://localhost:{port}/ray/two", options) == 404
    assert heads[0].splitlines()[0] == "GET /api/version HTTP/1.1"


async def test_a_host_may_be_an_ipv6_address() -> None:
    try:
        async with recording(host="::1") as (endpoint, heads):
            assert await _status(f"http://{endpoint}", ConnectOptions()) == 200
    except OSError as error:
        pytest.skip(f"this machine cannot listen on ::1: {error}")
    assert f"Host: {endpoint}" in heads[0]


async def test_a_proxy_of_the_environment_is_used_for_the_dashboard(monkeypatch: pytest.MonkeyPatch) -> None:
    async with recording() as (proxy, asked):
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy}")
        assert await _status("http://dashboard.invalid:8265/ray", ConnectOptions()) == 200
    assert asked[0].splitlines()[0] == "GET http://dashboard.invalid:8265/ray/api/version HTTP/1.1"


async def test_a_proxy_is_passed_by_for_a_host_that_is_excepted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with recording() as (proxy, asked), recording() as (dashboard, heads):
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy}")
        monkeypatch.setenv("NO_PROXY", HERE)
        assert await _status(f"http://{dashboard}", ConnectOptions()) == 200
    assert asked == []
    assert len(heads) == 1


async def test_a_proxy_that_refuses_is_told_to_be_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    async with recording(refusal) as (proxy, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
        failure = await _failure("https://dashboard.invalid", ConnectOptions())
    assert "proxy" in failure.said
    assert "407" in failure.said
    assert "NO_PROXY" in failure.advice


async def test_other_ports_are_asked_past_any_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with recording() as (proxy, asked), recording() as (agent, heads):
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy}")
        async with _backend("http://dashboard.invalid:8265").http(agent) as client:
            await client.get("/metrics")
    assert asked == []
    assert len(heads) == 1


@pytest.mark.parametrize(
    ("typed", "dashboard"),
    [
        ("http://head:8265", Endpoint("head", 8265)),
        ("https://me:pw@head/ray", Endpoint("head", 443)),
        ("http://[fd00::2]", Endpoint("fd00::2", 80)),
    ],
)
def test_the_dashboard_is_where_the_address_says(typed: str, dashboard: Endpoint) -> None:
    assert _backend(typed).dashboard == dashboard


async def _status(url: str, options: ConnectOptions) -> int:
    backend = _backend(url, options)
    async with backend.http(backend.dashboard) as client:
        return (await client.get("/api/version")).status_code


async def _failure(url: str, options: ConnectOptions) -> RaymonError:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is what failure_of is to tell
        await _status(url, options)
    return failure_of(caught.value, tried="asking")


def _backend(url: str, options: ConnectOptions | None = None) -> HttpBackend:
    target = parse(url)
    assert isinstance(target, UrlTarget)
    return HttpBackend(target, options or ConnectOptions(), environ={"RAY_AUTH_TOKEN": ""})
