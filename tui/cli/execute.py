"""`raymon-tui exec`: a command on the head node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from raymon_tui.tui.cli.common import asking, common_options, options_of
from raymon_tui.tui.cli.quick import quick_imports

if TYPE_CHECKING:
    from raymon_tui.backends.resolve import Candidate


@click.command("exec", context_settings={"ignore_unknown_options": True})
@click.option("-t", "--tty", "terminal", is_flag=True, help="Give the command a terminal, as editors and shells want.")
@click.argument("target")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@common_options
@click.pass_context
def execute(ctx: click.Context, target: str, command: tuple[str, ...], *, terminal: bool) -> None:
    """Run a command on the head node, inside its container where there is one.

    \b
    Examples:
      raymon-tui exec cluster.yaml -- ray status
      raymon-tui exec -t ssh://head -- bash

    Its output comes as it is written, and its exit code is ours.
    """
    with quick_imports():
        import anyio

        from raymon_tui.backends.resolve import one_of, resolve
        from raymon_tui.tui.cli.terminal_questions import somebody

    options = asking(options_of(ctx), somebody())
    candidate = one_of(resolve(target, options.connect))
    ctx.exit(anyio.run(_execute, candidate, command, terminal))


async def _execute(candidate: Candidate, command: Sequence[str], terminal: bool) -> int:
    from raymon_tui.backends.base import Executing
    from raymon_tui.backends.errors import UnsupportedError

    backend = candidate.open()
    try:
        if not isinstance(backend, Executing):
            said = f"{backend.describe()} gives no way to run anything there"
            raise UnsupportedError(f"run {command[0]}", said, "Name the cluster by FILE.yaml or ssh://host.")
        return await backend.execute(command, terminal=terminal)
    finally:
        await backend.aclose()
