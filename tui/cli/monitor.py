"""The live monitor: what `raymon-tui` does where no command is named."""

from __future__ import annotations

import os
import sys

import click

from raymon_tui.backends.errors import UsageError
from raymon_tui.tui.cli.common import asking, common_options, options_of
from raymon_tui.tui.cli.quick import quick_imports


class _DefaultCommand(click.Command):
    """A command that users know only as the program itself, and whose help is therefore the program's."""

    def get_help(self, ctx: click.Context) -> str:
        """Return the help of the whole program."""
        return ctx.parent.get_help() if ctx.parent else super().get_help(ctx)


@click.command("monitor", cls=_DefaultCommand, hidden=True)
@click.argument("target", required=False)
@common_options
@click.pass_context
def monitor(ctx: click.Context, target: str | None) -> None:
    """Watch a cluster live."""
    need_terminal()
    with quick_imports():
        from raymon_tui.backends.resolve import resolve
        from raymon_tui.tui.opening import run_monitor
        from raymon_tui.tui.questions import Questions

    questions = Questions()
    options = asking(options_of(ctx), questions)
    ctx.exit(run_monitor(resolve(target, options.connect), options, questions))


def need_terminal() -> None:
    """Raise `UsageError` where nothing can be drawn: a pipe, a file, a terminal that only types."""
    tried = "open the live monitor"
    advice = "use raymon-tui status, or status --json in a script"
    for name, stream in (("input", sys.stdin), ("output", sys.stdout), ("error", sys.stderr)):
        if stream is None or not stream.isatty():
            raise UsageError(tried, f"standard {name} is no terminal", advice)
    if os.environ.get("TERM") == "dumb":
        raise UsageError(tried, "TERM=dumb: this terminal cannot be drawn on", advice)
