"""Where Prometheus and Grafana are, as the dashboard's own process on the head was told."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import Reply, faulty
from hypothesis import given
from hypothesis import strategies as st
from sshd import free_port
from standing_in import StartStandIn, stand_ins

from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.errors import UsageError
from raymon_tui.backends.http import HttpBackend
from raymon_tui.backends.local import LocalBackend
from raymon_tui.backends.targets import UrlTarget
from raymon_tui.cluster.prometheus.finding import as_headers, headers_for
from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.cluster.ray_api.client import RayApi
from raymon_tui.cluster.service_addresses import (
    GRAFANA,
    PROMETHEUS,
    ServiceAddresses,
    addresses_in,
    headers_in,
    script,
    service_addresses,
)
from raymon_tui.cluster.service_client import without_secrets

SECRET = "hunter2hunter2hunter2"


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StartStandIn]:
    """Start dashboards that were told where both are, among other things."""
    monkeypatch.setenv("RAY_PROMETHEUS_HOST", "http://prometheus.lab:9091")
    monkeypatch.setenv("RAY_PROMETHEUS_HEADERS", json.dumps({"Authorization": f"Bearer {SECRET}"}))
    monkeypatch.setenv("RAY_GRAFANA_HOST", f"http://ann:{SECRET}@grafana.lab:3001/base")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-no-concern")
    with stand_ins(tmp_path / "dashboards") as started:
        yield started


def printed(port: int) -> str:
    done = subprocess.run(("sh", "-c", script(port)), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


def test_only_what_is_of_concern_leaves_the_head(start: StartStandIn) -> None:
    start("session_one", port=0)
    assert "of-no-concern" not in printed(0)
    found = addresses_in(printed(0))
    assert (found.prometheus, found.prometheus_told_by) == (
        "http://prometheus.lab:9091",
        "RAY_PROMETHEUS_HOST on the head",
    )
    assert found.prometheus_headers == (("Authorization", f"Bearer {SECRET}"),)
    assert found.grafana.endswith("@grafana.lab:3001/base")
    assert SECRET not in repr(found)


def test_of_several_dashboards_the_one_on_that_port_is_asked_and_no_other(
    start: StartStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    start("session_one", port=0)
    monkeypatch.setenv("RAY_PROMETHEUS_HOST", "http://other.lab:9090")
    other = start("session_two", port=free_port())
    assert addresses_in(printed(other.port)).prometheus == "http://other.lab:9090"
    assert addresses_in(printed(0)).prometheus == "http://prometheus.lab:9091"
    assert printed(free_port()) == ""


async def test_a_backend_asks_the_head_and_then_the_dashboard(start: StartStandIn) -> None:
    start("session_one", port=0)

    async def health(target: str) -> Reply:
        assert target == "/api/grafana_health"
        return Reply(body=json.dumps({"data": {"grafanaHost": "http://grafana.dashboard:3000"}}).encode())

    async with faulty(health) as server:
        by_url = HttpBackend(UrlTarget("http", "127.0.0.1", server.port), environ={})
        async with by_url.http(by_url.dashboard) as client:
            found = await service_addresses(by_url, RayApi(client))
            assert (found.prometheus, found.prometheus_told_by) == (PROMETHEUS, "")
            assert (found.grafana, found.grafana_told_by) == ("http://grafana.dashboard:3000", "the dashboard")
            on_head = await service_addresses(LocalBackend(Endpoint("127.0.0.1", 0), environ={}), RayApi(client))
            assert (on_head.prometheus, on_head.grafana_told_by) == (
                "http://prometheus.lab:9091",
                "RAY_GRAFANA_HOST on the head",
            )


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b'{"data": 3}', b'{"data": {"grafanaHost": "DISABLED"}}', b"[" * 100_000]
)
async def test_what_the_dashboard_says_may_be_anything(body: bytes) -> None:
    async def health(_target: str) -> Reply:
        return Reply(body=body)

    async with faulty(health) as server:
        backend = HttpBackend(UrlTarget("http", "127.0.0.1", server.port), environ={})
        async with backend.http(backend.dashboard) as client:
            assert (await service_addresses(backend, RayApi(client))).grafana == GRAFANA


@given(st.text())
def test_what_the_head_prints_may_be_anything(text: str) -> None:
    addresses_in(text)
    addresses_in(f"RAY_PROMETHEUS_HEADERS={text}\nRAY_GRAFANA_HOST={text}")


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ('{"X-Scope": "a"}', (("X-Scope", "a"),)),
        ('[["X-Scope", "a"], ["X-Scope", "b"]]', (("X-Scope", "a"), ("X-Scope", "b"))),
        ('[["X-Scope"], 3, {"a": "b"}, ["X", 1]]', ()),
        ("Bearer x", ()),
        ("[" * 100_000, ()),
    ],
)
def test_headers_come_as_an_object_or_as_pairs(text: str, headers: tuple[tuple[str, str], ...]) -> None:
    assert headers_in(text) == headers


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://ann:pw@host:9090/p?token=x", "http://host:9090/p"),
        ("ann:p@w@host:9090", "host:9090"),
        ("https://host", "https://host"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def test_the_heads_own_headers_go_to_its_own_server_and_the_users_to_any() -> None:
    known = ServiceAddresses(prometheus_headers=(("Authorization", f"Bearer {SECRET}"),))
    mine = (("X-Scope-OrgID", "team"),)
    assert headers_for(PrometheusOptions(headers=mine), known) == (*known.prometheus_headers, *mine)
    assert headers_for(PrometheusOptions("http://other:9090", mine), known) == mine


def test_of_headers_that_differ_in_case_alone_the_later_one_is_sent() -> None:
    pairs = (("Authorization", "Basic a"), ("X", "1"), ("authorization", "Bearer é"))
    assert as_headers(pairs).raw == [(b"authorization", "Bearer é".encode()), (b"X", b"1")]


@pytest.mark.parametrize("pair", [("X", f"{SECRET}\r\nY: 1"), ("X Y", SECRET), ("", SECRET), ("Ü", SECRET)])
def test_a_header_that_cannot_be_sent_is_told_without_its_value(pair: tuple[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        as_headers((pair,))
    assert SECRET not in str(caught.value)
