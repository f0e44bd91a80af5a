"""The live monitor: what `raymon-tui` does where no command is named."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import click

from raymon_tui.backends.errors import UsageError
from raymon_tui.tui.cli.common import asking, common_options, options_of
from raymon_tui.tui.cli.quick import quick_imports
from raymon_tui.tui.options import MonitorOptions

_TRIED = "open the live monitor"
_ADVICE = "use raymon-tui status, or status --json in a script"


class _DefaultCommand(click.Command):
    """A command that users know only as the program itself, and whose help is therefore the program's."""

    def get_help(self, ctx: click.Context) -> str:
        """Return the help of the whole program."""
        return ctx.parent.get_help() if ctx.parent else super().get_help(ctx)


@click.command("monitor", cls=_DefaultCommand, hidden=True)
@click.argument("target", nargs=-1)
@common_options
@click.pass_context
def monitor(ctx: click.Context, target: tuple[str, ...]) -> None:
    """Watch a cluster live, or several side by side."""
    targets = tuple(dict.fromkeys(target)) or (None,)
    file_by_input = "-" in targets
    need_terminal(typed_at=not file_by_input)
    with quick_imports():
        from raymon_tui.backends.resolve import resolve
        from raymon_tui.tui.opening import run_monitor
        from raymon_tui.tui.questions import Questions

    listed = _listed(target, options_of(ctx))
    if listed is not None:
        ctx.exit(show_list(listed))
    questions = Questions()
    options = asking(options_of(ctx), questions)
    candidates = [one for text in targets for one in resolve(text, options.connect)]
    if file_by_input:
        type_at_terminal()
    ctx.exit(run_monitor(candidates, options, questions, together=len(targets) > 1))


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


def need_terminal(*, typed_at: bool = True) -> None:
    """Raise `UsageError` where nothing can be drawn: a pipe, a file, a terminal that only types.

    Without `typed_at`, standard input may be anything.
    """
    streams = {"input": sys.stdin, "output": sys.stdout, "error": sys.stderr}
    for name, stream in streams.items():
        if (name != "input" or typed_at) and (stream is None or not stream.isatty()):
            raise UsageError(_TRIED, f"standard {name} is no terminal", _ADVICE)
    if os.environ.get("TERM") == "dumb":
        raise UsageError(_TRIED, "TERM=dumb: this terminal cannot be drawn on", _ADVICE)


def type_at_terminal() -> None:
    """Make the terminal standard input again, once the file that came by it has been read."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise UsageError(_TRIED, f"there is no terminal to type at: {error.strerror}", _ADVICE) from None
    os.dup2(terminal, 0)
    os.close(terminal)
