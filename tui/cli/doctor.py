"""`raymon-tui doctor`: each link of the chain to a cluster, tried in turn."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from raymon_tui.backends.errors import RaymonError
from raymon_tui.tui.cli.common import common_options
from raymon_tui.tui.cli.given import asking, options_of
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

    The exit code is that of the first broken link: 0 where all hold.
    """
    with quick_imports():
        import anyio

        from raymon_tui.backends.resolve import one_of, resolve
        from raymon_tui.tui.cli.check import Check
        from raymon_tui.tui.cli.checks import broken, examine
        from raymon_tui.tui.cli.terminal_questions import somebody

    options = asking(options_of(ctx, target), somebody())
    found: list[Check] = []

    def tell(check: Check) -> None:
        found.append(check)
        if not as_json:
            click.echo("\n".join(_lines(check)))

    began = time.monotonic()
    try:
        candidate = one_of(resolve(target, options.connect))
    except RaymonError as error:
        tell(broken("target", error, time.monotonic() - began))
    else:
        tell(Check(name="target", holds=True, said=candidate.title, took_s=time.monotonic() - began))
        anyio.run(examine, candidate, tell, options.prometheus)
    if as_json:
        click.echo(_json(found))
    ctx.exit(next((check.exit_code for check in found if check.exit_code), 0))


def _lines(check: Check) -> list[str]:
    from raymon_tui.widgets.content import plain

    mark = {True: "✓", False: "✕", None: "–"}[check.holds]
    took = "" if check.took_s is None else f"{1000 * check.took_s:,.0f} ms"
    said, *listed = check.said.splitlines() or [""]
    lines = [f"{mark} {plain(check.name, 40):<36} {took:>9}  {plain(said, 200)}".rstrip()]
    lines += [f"    {plain(line, 200)}" for line in listed]
    return [*lines, *(f"    do: {plain(line, 300)}" for line in check.advice.splitlines())]


def _json(found: list[Check]) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
