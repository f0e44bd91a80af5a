"""`raymon-tui dashboard`: Ray's own web dashboard on a loopback port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from raymon_tui.tui.cli.common import between, common_options
from raymon_tui.tui.cli.one_cluster import one_cluster
from raymon_tui.tui.cli.quick import quick_imports

if TYPE_CHECKING:
    from raymon_tui.backends.resolve import Candidate

PORT = 8265


@common_options
@click.command("dashboard")
@click.argument("target", required=False)
@click.option(
    "-p",
    "--port",
    type=int,
    default=PORT,
    show_default=True,
    callback=lambda _ctx, _param, value: between(value, 1, 65535),
    help="Listen on this port of 127.0.0.1, or on another where it is taken.",
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.pass_context
def dashboard(ctx: click.Context, target: str | None, *, port: int, no_browser: bool) -> None:
    """Open the cluster's web dashboard, through whatever leads there.

    It listens on this machine alone, until Ctrl-C; a connection that is lost is made again. A dashboard that can be
    reached from here anyway is opened where it is.

    \b
    Example:
      raymon-tui dashboard cluster.yaml
    """
    with quick_imports():
        import anyio

    anyio.run(_serve, one_cluster(ctx, target), port, not no_browser)


async def _serve(candidate: Candidate, port: int, browse: bool) -> None:
    import anyio

    from raymon_tui.backends.base import Connecting
    from raymon_tui.cluster.ray_api.client import RayApi
    from raymon_tui.tui.browser import open_browser
    from raymon_tui.tui.forwarding import dashboard_url

    backend = candidate.open()
    try:
        if isinstance(backend, Connecting):
            await backend.connect()
        async with backend.http(backend.dashboard) as client:
            version = await RayApi(client).version()
        async with dashboard_url(backend, port) as url:
            click.echo(f"{url}  Ray {version.ray_version}, {backend.describe()}; Ctrl-C ends it")
            if browse:
                await anyio.to_thread.run_sync(open_browser, url)
            await anyio.sleep_forever()
    finally:
        await backend.aclose()
