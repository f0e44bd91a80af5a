"""`raymon-tui exec`: a command on the head node, as if it ran here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from raymon_tui.backends.errors import UnsupportedError, UsageError
from raymon_tui.tui.cli.common import common_options, options_of
from raymon_tui.tui.cli.quick import quick_imports

if TYPE_CHECKING:
    from raymon_tui.backends.attached import Terminal
    from raymon_tui.backends.resolve import Candidate

_WORDS = "raymon_tui.exec.words"
"""Where the context keeps the words of the command, in which nothing is an option of ours."""


class _WithCommand(click.Command):
    """A command whose line ends in another one, behind `--`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what stands behind the first `--` as the words of the other command."""
        ours, behind = (args[: args.index("--")], args[args.index("--") + 1 :]) if "--" in args else (args, [])
        ctx.meta[_WORDS] = tuple(behind)
        return super().parse_args(ctx, ours)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the pieces of the usage line."""
        return [*super().collect_usage_pieces(ctx), "-- COMMAND..."]


@click.command("exec", cls=_WithCommand)
@click.argument("target", required=False)
@click.option("-t", "--tty", "in_terminal", is_flag=True, help="Give the command a terminal: top, vim, a shell.")
@click.option("-i", "--stdin", "typed", is_flag=True, help="Pass standard input on to the command; -t does so too.")
@common_options
@click.pass_context
def execute(ctx: click.Context, target: str | None, *, in_terminal: bool, typed: bool) -> None:
    """Run a command on the head node, inside its container where it has one.

    \b
    Examples:
      raymon-tui exec cluster.yaml -- ray status
      raymon-tui exec cluster.yaml -- 'tail -f /tmp/ray/session_latest/logs/gcs_server.out | grep -i error'
      raymon-tui exec -i cluster.yaml -- python - < look.py
      raymon-tui exec -t ssh://head                       a shell there

    Words are passed on as they are; a single word with blanks in it is a line for the shell. Output comes as it is
    written. Ctrl-C reaches the command; twice, it lets go of it.

    Exit codes: the command's own, 128 and the number of the signal that ended it; or 2 usage, 3 not reached, 4 refused.
    """
    words: tuple[str, ...] = ctx.meta[_WORDS]
    if not words and not in_terminal:
        raise UsageError(
            "run a command on the head node", "there is none behind --", "raymon-tui exec TARGET -- COMMAND"
        )
    if in_terminal and not sys.stdin.isatty():
        raise UsageError(
            "give the command a terminal", "standard input is none here", "leave out -t; -i passes input on"
        )
    with quick_imports():
        import anyio

        from raymon_tui.backends.resolve import one_of, resolve
        from raymon_tui.tui.cli.console import terminal_here

    candidate = one_of(resolve(target, options_of(ctx).connect))
    terminal = terminal_here() if in_terminal else None
    ctx.exit(anyio.run(_run, candidate, _in_shell(words), terminal, typed))


def _in_shell(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words to run: a line of several words is for a shell, as `ray exec` takes it."""
    line = len(words) == 1 and any(character.isspace() for character in words[0])
    return ("sh", "-c", words[0]) if line else tuple(words)


async def _run(candidate: Candidate, words: Sequence[str], terminal: Terminal | None, typed: bool) -> int:
    import contextlib

    from raymon_tui.backends.attached import Attaching
    from raymon_tui.tui.cli.console import converse, every_key_passed_on

    backend = candidate.open()
    try:
        if not isinstance(backend, Attaching):
            said = f"{backend.describe()} gives no way to run anything"
            raise UnsupportedError(
                "run a command on the head node", said, "name the head as ssh://HOST, or run it there"
            )
        command = await backend.attach(words, terminal)
        try:
            with every_key_passed_on() if terminal else contextlib.nullcontext():
                return await converse(command, typed=typed or terminal is not None)
        finally:
            await command.aclose()
    finally:
        await backend.aclose()
