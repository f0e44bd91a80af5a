"""`raymon-tui status`: one look at a cluster, then exit."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from raymon_tui.tui.cli.common import between, common_options
from raymon_tui.tui.cli.given import options_of
from raymon_tui.tui.cli.one_cluster import one_cluster
from raymon_tui.tui.cli.output import in_colour, shows_all
from raymon_tui.tui.cli.quick import quick_imports

if TYPE_CHECKING:
    from raymon_tui.cluster.snapshot import Snapshot
    from raymon_tui.tui.options import MonitorOptions

NARROWEST, WIDEST, ORDINARY_WIDTH = 60, 120, 80
TIMEOUT_S = 30.0
PATIENCE_S = 0.5
"""So long a person waits for what is dear to count; a program waits for all."""


@common_options
@click.command("status")
@click.argument("target", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the whole state as JSON (schema 1).")
@click.option(
    "--timeout",
    "timeout_s",
    type=float,
    metavar="SECONDS",
    callback=lambda _ctx, _param, value: None if value is None else between(value, 0.1, 3600),
    help=f"Wait this long for every answer. By default {TIMEOUT_S:g} s, but without --json only {PATIENCE_S:g} s for "
    "the count of all tasks.",
)
@click.pass_context
def status(ctx: click.Context, target: str | None, *, as_json: bool, timeout_s: float | None) -> None:
    """Look at a cluster once: what ray status says, and why.

    \b
    Examples:
      raymon-tui status
      raymon-tui status http://10.0.0.5:8265
      raymon-tui status --json | jq '.findings[].title'

    Exit codes: 0 fine, 2 usage, 3 not reached, 4 refused, 5 reached, but no Ray cluster. What one question of
    several came to is part of the answer: a value that is not known is – here, and null in JSON.
    """
    with quick_imports():
        import anyio

        from raymon_tui.tui.cli.look import look_once

    candidate = one_cluster(ctx, target)
    patience_s = timeout_s or (TIMEOUT_S if as_json else PATIENCE_S)
    meanwhile = _import_report if as_json else _import_page
    snapshot = anyio.run(look_once, candidate, target, timeout_s or TIMEOUT_S, patience_s, meanwhile)
    click.echo(_json(snapshot) if as_json else _page(snapshot, options_of(ctx, target)), nl=False, color=True)


def _import_report() -> None:
    pass


def _import_page() -> None:
    import raymon_tui.tui.cli.text.page
    import raymon_tui.tui.cli.text.paint  # noqa: F401


def _json(snapshot: Snapshot) -> str:
    import msgspec

    from raymon_tui.cluster.report import document

    return msgspec.json.format(msgspec.json.encode(document(snapshot)), indent=2).decode() + "\n"


def _page(snapshot: Snapshot, options: MonitorOptions) -> str:
    from raymon_tui.tui.cli.text.layout import Drawn
    from raymon_tui.tui.cli.text.page import page
    from raymon_tui.tui.cli.text.paint import paint

    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else ORDINARY_WIDTH
    drawn = Drawn(
        now=snapshot.at,
        width=max(NARROWEST, min(columns, WIDEST)),
        ascii_only=options.ascii_only or not shows_all(),
    )
    return paint(page(snapshot, drawn), colour=in_colour(), ascii_only=drawn.ascii_only)
