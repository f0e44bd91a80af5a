"""Dashboards in the terminal, driven by keys: a real Prometheus, a stand-in for Grafana."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from given_dashboards import dashboard, panel
from grafana_standin import TOKEN, StandIn, listening, serving
from prometheus import free_port, prometheus
from still import StillApp, comes, known, line_with, lines, text
from textual.pilot import Pilot

from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.tui.options import GrafanaOptions, MonitorOptions

NOWHERE = "http://127.0.0.1:9"
BOTH = 'label_replace(vector(1), "job", "itself", "", "") or label_replace(vector(0), "job", "nobody", "", "")'
"""Two series that any server knows at once, which has scraped nothing."""
JOBS = {
    "name": "Job",
    "type": "query",
    "query": f"query_result({BOTH})",
    "regex": 'job="([^"]*)"',
    "includeAll": True,
    "multi": True,
    "allValue": ".+",
}
GIVEN = dashboard(
    panel("Targets", BOTH),
    panel("Broken", "rate("),
    panel("Calls", "rate(ray_serve_num_http_requests_total[1m])"),
    panel("Lines of a log", "vector(4)", kind="logs", datasource={"type": "loki", "uid": "l"}),
    panel("Chosen", 'label_replace(vector(2), "job", "$Job", "", "")', kind="stat"),
    {"type": "row", "title": "Storage", "collapsed": True, "panels": [panel("Chunks", "vector(3)")]},
    variables=(JOBS,),
    time={"from": "now-5m", "to": "now"},
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that scrapes nothing."""
    with prometheus(tmp_path_factory.mktemp("prometheus"), "global: {scrape_interval: 15s}\n") as url:
        yield url


@asynccontextmanager
async def opened(
    tmp_path: Path, server: str, stand_in: StandIn | None = None, size: tuple[int, int] = (140, 45)
) -> AsyncIterator[tuple[StillApp, Pilot[int]]]:
    """Open the Grafana kind of the More pane."""
    (tmp_path / "token").write_text(TOKEN)
    options = MonitorOptions(
        prometheus=PrometheusOptions(url=server),
        grafana=GrafanaOptions(stand_in.url if stand_in is not None else NOWHERE, tmp_path / "token"),
    )
    app = StillApp("more", known(), options)
    async with app.run_test(size=size) as pilot:
        await pilot.press("left_square_bracket")
        await comes(pilot, "healthy" if server != NOWHERE else "To get one")
        yield app, pilot


@asynccontextmanager
async def on_page(
    tmp_path: Path, server: str, size: tuple[int, int] = (140, 45)
) -> AsyncIterator[tuple[StillApp, Pilot[int]]]:
    """Open the given dashboard."""
    stand_in = StandIn({"given": GIVEN}, server)
    async with listening(stand_in), opened(tmp_path, server, stand_in, size) as (app, pilot):
        await comes(pilot, "Given")
        await pilot.press("enter")
        await comes(pilot, "Targets")
        yield app, pilot


async def until(pilot: Pilot[int], happened: Callable[[], bool]) -> None:
    for _ in range(200):
        if happened():
            return
        await pilot.pause()
    raise AssertionError(text(pilot.app))


async def test_without_prometheus_the_pane_says_how_to_get_one(tmp_path: Path) -> None:
    async with opened(tmp_path, NOWHERE) as (app, pilot):
        await comes(pilot, "no Prometheus at http://127.0.0.1:9: Connection refused")
        assert "ray metrics launch-prometheus" in text(app)
        assert "raymon-tui targets TARGET --format prometheus > prometheus.yml" in text(app)
        await comes(pilot, "is reached by HTTP alone. With --grafana URL and --grafana-token-file FILE")


async def test_a_viewer_who_may_not_see_data_sources_is_helped_by_prometheus_itself(
    tmp_path: Path, server: str
) -> None:
    viewer = StandIn({"given": GIVEN}, server, viewer=True)
    async with listening(viewer) as stand_in, opened(tmp_path, server, stand_in) as (app, pilot):
        await comes(pilot, "Given")
        await pilot.press("enter")
        await comes(pilot, "━ itself 1")
        assert "through" not in line_with(app, "Given")


async def test_without_any_server_a_dashboard_is_not_opened_and_why_is_said(tmp_path: Path) -> None:
    viewer = StandIn({"given": GIVEN}, viewer=True)
    async with listening(viewer) as stand_in, opened(tmp_path, NOWHERE, stand_in) as (app, pilot):
        await comes(pilot, "Given")
        await pilot.press("enter")
        await until(pilot, lambda: any("Permissions needed" in one.message for one in app._notifications))
        assert any("no Prometheus answers at http://127.0.0.1:9" in one.message for one in app._notifications)


async def test_services_that_are_well_are_named_with_their_address(tmp_path: Path, server: str) -> None:
    async with listening(StandIn({"given": GIVEN})) as stand_in, opened(tmp_path, server, stand_in) as (app, pilot):
        await comes(pilot, f"Grafana 11.2.0 at {stand_in.url}")
        assert "Prometheus 2." in line_with(app, server.removeprefix("http://"))
        await comes(pilot, "Given")


async def test_a_name_and_password_in_an_address_are_never_shown(tmp_path: Path) -> None:
    wanting = "http://ann:s3cret@127.0.0.1:9"
    options = MonitorOptions(prometheus=PrometheusOptions(url=wanting), grafana=GrafanaOptions(wanting, None))
    app = StillApp("more", known(), options)
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("left_square_bracket")
        await comes(pilot, "no Prometheus at http://127.0.0.1:9: Connection refused")
        await comes(pilot, "no Grafana at http://127.0.0.1:9: Connection refused")
        assert "s3cret" not in text(app)


async def test_a_server_that_wants_to_know_who_asks_says_how_to_tell_it(tmp_path: Path) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=401, text="no way")

    async with serving(answer) as url:
        options = MonitorOptions(prometheus=PrometheusOptions(url=url), grafana=GrafanaOptions(NOWHERE, None))
        app = StillApp("more", known(), options)
        async with app.run_test(size=(140, 45)) as pilot:
            await pilot.press("left_square_bracket")
            await comes(pilot, f"no Prometheus at {url}: HTTP 401: no way. Give what it wants with")
            await comes(pilot, "--prometheus-header NAME=VALUE.")


async def test_servers_that_come_go_and_come_back_are_noticed(tmp_path: Path) -> None:
    port, grafana = free_port(), StandIn({"given": GIVEN})
    grafana.well = False
    config = "global: {scrape_interval: 15s}\n"
    async with listening(grafana):
        options = MonitorOptions(
            prometheus=PrometheusOptions(url=f"http://127.0.0.1:{port}"), grafana=GrafanaOptions(grafana.url, None)
        )
        app = StillApp("more", known(), options)
        async with app.run_test(size=(140, 45)) as pilot:
            await pilot.press("left_square_bracket")
            await comes(pilot, "To get one")
            await comes(pilot, f"no Grafana at {grafana.url}: HTTP 503")
            grafana.well = True
            for _ in range(2):
                with prometheus(tmp_path, config, port):
                    await pilot.press("r")
                    await comes(pilot, f"at 127.0.0.1:{port}  healthy")
                    await comes(pilot, f"Grafana 11.2.0 at {grafana.url}  healthy")
                await pilot.press("r")
                await comes(pilot, "is gone: Connection refused; it is asked again by itself")
            grafana.well = False
            await pilot.press("r")
            await comes(pilot, f"no Grafana at {grafana.url}: HTTP 503")


async def test_each_panel_shows_what_was_answered_or_why_nothing_was(tmp_path: Path, server: str) -> None:
    async with on_page(tmp_path, server) as (app, pilot):
        await comes(pilot, "parse error: unclosed left")
        await comes(pilot, "no data: Ray exports it while a Serve")
        await comes(pilot, "it asks loki, and not Prometheus")
        await comes(pilot, "━ itself 1")
        assert "Prometheus through Grafana 11.2.0" in line_with(app, "Given")
        assert "▸ Storage" in text(app)


async def test_a_row_that_is_shut_is_asked_only_when_it_is_opened(tmp_path: Path, server: str) -> None:
    async with on_page(tmp_path, server) as (app, pilot):
        assert "Chunks" not in text(app)
        await pilot.press("G", "enter")
        await comes(pilot, "▾ Storage")
        await comes(pilot, "Chunks")


async def test_a_panel_is_found_by_a_part_of_its_title(tmp_path: Path, server: str) -> None:
    async with on_page(tmp_path, server) as (_app, pilot):
        await pilot.press("slash", *"chu")
        await comes(pilot, "Chunks   Storage")
        await pilot.press("enter")
        await comes(pilot, "▾ Storage")
        await pilot.pause()
        await pilot.press("enter")
        await comes(pilot, "a value every")


async def test_one_panel_alone_has_a_cursor_and_a_table_of_its_series(tmp_path: Path, server: str) -> None:
    async with on_page(tmp_path, server) as (app, pilot):
        await comes(pilot, "━ itself 1")
        await pilot.press("enter")
        await comes(pilot, "mean")
        await pilot.press("h", "h")
        await comes(pilot, "cursor at")
        await pilot.press("escape")
        assert "cursor at" not in text(app)
        await pilot.press("escape")
        await comes(pilot, "Broken")


async def test_what_is_chosen_for_a_variable_is_what_is_asked(tmp_path: Path, server: str) -> None:
    async with on_page(tmp_path, server) as (app, pilot):
        await comes(pilot, "━ nobody 0")
        await pilot.press("v", "enter")
        await comes(pilot, "○ itself")
        await pilot.press("down", "tab", "enter")
        await comes(pilot, "Job: itself")
        await comes(pilot, "2  itself")
        await pilot.press("j", "l", "y")
        await comes(pilot, 'vector(2), "job", "itself"')
        assert 'vector(2), "job", "$Job"' in text(app)


async def test_the_stretch_of_time_is_chosen_by_keys(tmp_path: Path, server: str) -> None:
    async with on_page(tmp_path, server) as (_app, pilot):
        await comes(pilot, "Given  5 min")
        await pilot.press("full_stop")
        await comes(pilot, "Given  15 min")
        await pilot.press(*["full_stop"] * 9)
        await comes(pilot, "Given  7 d")


async def test_points_are_copied_as_csv(tmp_path: Path, server: str) -> None:
    async with on_page(tmp_path, server) as (app, pilot):
        await comes(pilot, "━ itself 1")
        await pilot.press("c")
        await pilot.pause()
        assert app.clipboard.startswith("time,")
        assert "itself" in app.clipboard.splitlines()[0]


@pytest.mark.parametrize("size", [(80, 24), (120, 34), (140, 45)])
async def test_nothing_is_wider_than_the_terminal(tmp_path: Path, server: str, size: tuple[int, int]) -> None:
    async with on_page(tmp_path, server, size) as (app, pilot):
        await comes(pilot, "━ itself 1")
        assert all(len(line) <= size[0] for line in lines(app))
        wanted = {80: 1, 120: 2, 140: 3}[size[0]]
        titles = [title for title in ("Targets", "Broken", "Calls") if title in line_with(app, "Targets")]
        assert len(titles) == wanted


async def test_a_dashboard_that_cannot_be_read_says_so_and_leaves_the_list(tmp_path: Path, server: str) -> None:
    broken = StandIn({"odd": {"title": "Odd", "panels": {}}}, server)
    async with listening(broken) as stand_in, opened(tmp_path, server, stand_in) as (app, pilot):
        await comes(pilot, "Odd")
        await pilot.press("enter")
        await until(pilot, lambda: any("it has no panels" in one.message for one in app._notifications))
        assert "Odd" in text(app)
