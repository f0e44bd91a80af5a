"""`raymon-tui status`: one look at a cluster, then exit."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from raymon_tui.tui.cli.common import Number, common_options, options_of

if TYPE_CHECKING:
    from raymon_tui.cluster.snapshot import Snapshot
    from raymon_tui.tui.options import MonitorOptions

NARROWEST, WIDEST = 60, 120
ORDINARY_WIDTH = 80


@click.command("status")
@click.argument("target", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the whole state as JSON (schema 1).")
@click.option(
    "--timeout",
    type=Number(float, 0.1, 3600),
    metavar="SECONDS",
    default=10.0,
    show_default=True,
    help="Wait at most this long for answers.",
)
@common_options
@click.pass_context
def status(ctx: click.Context, target: str | None, *, as_json: bool, timeout: float) -> None:
    """Look at a cluster once: what ray status says, and why.

    \b
    Examples:
      raymon-tui status
      raymon-tui status http://10.0.0.5:8265
      raymon-tui status --json | jq '.findings[].title'

    Exit codes: 0 fine, 2 usage, 3 not reached, 4 refused, 5 reached, but no Ray cluster. What one question of
    several came to is part of the answer: a value that is not known is – here, and null in JSON.
    """
    options = options_of(ctx)
    snapshot = _look(target, options, timeout)
    if as_json:
        from raymon_tui.cluster.report import document

        click.echo(document(snapshot))
    else:
        click.echo(_page(snapshot, options), nl=False, color=True)


def _look(target: str | None, options: MonitorOptions, timeout_s: float) -> Snapshot:
    import anyio

    from raymon_tui.backends.resolve import resolve
    from raymon_tui.cluster.feeds.catalogue import BASE_FEEDS
    from raymon_tui.cluster.monitor import Monitor

    candidates = resolve(target, options.connect)

    async def look() -> Snapshot:
        monitor = Monitor(candidates[0].open())
        try:
            return await monitor.once(BASE_FEEDS, timeout_s)
        finally:
            await monitor.aclose()

    return anyio.run(look)


def _page(snapshot: Snapshot, options: MonitorOptions) -> str:
    from raymon_tui.tui.cli.text.layout import Drawn
    from raymon_tui.tui.cli.text.page import page
    from raymon_tui.tui.cli.text.paint import paint

    terminal = sys.stdout.isatty()
    columns = shutil.get_terminal_size().columns if terminal else ORDINARY_WIDTH
    drawn = Drawn(
        now=snapshot.at,
        width=max(NARROWEST, min(columns, WIDEST)),
        ascii_only=options.ascii_only or "utf" not in (sys.stdout.encoding or "").lower(),
    )
    colour = terminal and not os.environ.get("NO_COLOR")
    return paint(page(snapshot, drawn), colour=colour, ascii_only=drawn.ascii_only)
