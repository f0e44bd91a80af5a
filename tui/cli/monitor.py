"""The live monitor: what `raymon-tui` does where no command is named."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import click

from raymon_tui.backends.errors import UsageError
from raymon_tui.tui.cli.common import common_options
from raymon_tui.tui.cli.given import asking, options_of
from raymon_tui.tui.cli.quick import quick_imports
from raymon_tui.tui.cli.typed_at import BY_INPUT, need_keys, type_at_terminal
from raymon_tui.tui.options import MonitorOptions

_TRIED = "open the live monitor"
_ADVICE = "use raymon-tui status, or status --json in a script"


class _DefaultCommand(click.Command):
    """A command that users know only as the program itself, and whose help is therefore the program's."""

    def get_help(self, ctx: click.Context) -> str:
        """Return the help of the whole program."""
        return ctx.parent.get_help() if ctx.parent else super().get_help(ctx)


@common_options
@click.command("monitor", cls=_DefaultCommand, hidden=True)
@click.argument("target", nargs=-1)
@click.pass_context
def monitor(ctx: click.Context, target: tuple[str, ...]) -> None:
    """Watch a cluster live, or several side by side."""
    targets = tuple(dict.fromkeys(target)) or (None,)
    by_input = BY_INPUT in targets
    need_screen()
    if not by_input:
        need_keys(_TRIED, _ADVICE)
    with quick_imports():
        from raymon_tui.backends.resolve import Candidate, resolve
        from raymon_tui.tui.cli.waiting import said_while_slow
        from raymon_tui.tui.opening import run_monitor
        from raymon_tui.tui.questions import Questions

    listed = _listed(target, options_of(ctx))
    if listed is not None:
        ctx.exit(show_list(listed))
    questions = Questions()
    own: dict[Candidate, MonitorOptions] = {}
    for text in targets:
        options = asking(options_of(ctx, text), questions)
        with said_while_slow("looking for what is meant"):
            own |= dict.fromkeys(resolve(text, options.connect), options)
    if by_input and not type_at_terminal():
        raise UsageError(_TRIED, "there is no terminal to type at", _ADVICE)
    ctx.exit(run_monitor(tuple(own), options_of(ctx), questions, own, together=len(targets) > 1))


def _listed(target: tuple[str, ...], options: MonitorOptions) -> MonitorOptions | None:
    """Return the options of the list where it is meant: by a namespace alone, or where Kubernetes is named alone."""
    from raymon_tui.backends.parsing import parse
    from raymon_tui.backends.targets import NamespaceTarget

    if not target:
        return options if options.connect.names_kubernetes else None
    named = parse(target[0]) if len(target) == 1 else None
    if not isinstance(named, NamespaceTarget):
        return None
    return replace(options, connect=replace(options.connect, namespace=named.name))


def show_list(options: MonitorOptions) -> int:
    """List what KubeRay runs until the user has enough, and return the exit code."""
    with quick_imports():
        from raymon_tui.backends.resolve import kubernetes_of
        from raymon_tui.tui.opening import run_kubernetes_list

    return run_kubernetes_list(kubernetes_of(options.connect), options, everywhere=options.connect.all_namespaces)


def need_terminal() -> None:
    """Raise `UsageError` where nothing can be drawn, or no key typed."""
    need_keys(_TRIED, _ADVICE)
    need_screen()


def need_screen() -> None:
    """Raise `UsageError` where nothing can be drawn: a pipe, a file, a terminal that only types."""
    for name, stream in (("output", sys.stdout), ("error", sys.stderr)):
        if stream is None or not stream.isatty():
            raise UsageError(_TRIED, f"standard {name} is no terminal", _ADVICE)
    if os.environ.get("TERM") == "dumb":
        raise UsageError(_TRIED, "TERM=dumb: this terminal cannot be drawn on", _ADVICE)
