"""`raymon-tui doctor`: each link of the chain to a cluster, tried in turn."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from raymon_tui.backends.errors import RaymonError
from raymon_tui.tui.cli.common import common_options
from raymon_tui.tui.cli.given import options_of
from raymon_tui.tui.cli.one_cluster import one_cluster
from raymon_tui.tui.cli.output import in_colour, shows_all
from raymon_tui.tui.cli.quick import quick_imports

if TYPE_CHECKING:
    from raymon_tui.tui.cli.check import Check


@common_options
@click.command("doctor")
@click.argument("target", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.pass_context
def doctor(ctx: click.Context, target: str | None, *, as_json: bool) -> None:
    """Try each link of the chain to a cluster in turn, and say what to do about the broken one.

    What stands behind a broken link is listed as not tried. The exit code is that of the first broken link: 0 where all
    hold.
    """
    with quick_imports():
        import anyio

        from raymon_tui.tui.cli.check import Chain
        from raymon_tui.tui.cli.checks import TARGET, examine
        from raymon_tui.tui.cli.text.chain import drawn

    options = options_of(ctx, target)
    colour, ascii_only = in_colour(), options.ascii_only or not shows_all()
    chain = Chain(
        lambda check: (
            None if as_json else click.echo(drawn(check, colour=colour, ascii_only=ascii_only), nl=False, color=True)
        )
    )
    began = time.monotonic()
    try:
        candidate = one_cluster(ctx, target)
    except RaymonError as error:
        chain.breaks(TARGET, error, time.monotonic() - began, whole=True)
    else:
        anyio.run(examine, candidate, time.monotonic() - began, chain, options.prometheus)
    chain.end()
    if as_json:
        click.echo(_json(chain.checks))
    ctx.exit(chain.exit_code)


def _json(found: list[Check]) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
