"""`raymon-tui exec`: a command on the head node, as if it ran here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from raymon_tui.backends.base import LOGIN_SHELL
from raymon_tui.backends.errors import UnsupportedError, UsageError
from raymon_tui.tui.cli.common import common_options
from raymon_tui.tui.cli.one_cluster import one_cluster
from raymon_tui.tui.cli.quick import quick_imports
from raymon_tui.tui.cli.typed_at import need_keys

if TYPE_CHECKING:
    from raymon_tui.backends.resolve import Candidate

_WORDS = "raymon_tui.exec.words"
"""Where the context keeps the words of the command, in which nothing is an option of ours."""

_ADVICE = "raymon-tui exec TARGET -- COMMAND, or exec -t TARGET for a shell"


class _WithCommand(click.Command):
    """A command whose line ends in another one, behind `--`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what stands behind the first `--` as the words of the other command; raises `UsageError` where it
        stands elsewhere.
        """
        ours, behind = (args[: args.index("--")], args[args.index("--") + 1 :]) if "--" in args else (args, [])
        ctx.meta[_WORDS] = tuple(behind)
        try:
            return super().parse_args(ctx, ours)
        except click.UsageError as error:
            if "--" in args or isinstance(error, click.BadParameter):
                raise
            # Whoever is used to ssh writes the command behind the target at once.
            tried, advice = f"read the command line of {ctx.command_path}", f"put a command behind --: {_ADVICE}"
            raise UsageError(tried, error.format_message(), advice) from None

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the pieces of the usage line."""
        return [*super().collect_usage_pieces(ctx), "-- COMMAND..."]


@common_options
@click.command("exec", cls=_WithCommand)
@click.argument("target", required=False)
@click.option("-t", "--tty", "terminal", is_flag=True, help="Give the command a terminal: editors and shells want one.")
@click.pass_context
def execute(ctx: click.Context, target: str | None, *, terminal: bool) -> None:
    """Run a command on the head node, inside its container where there is one.

    \b
    Examples:
      raymon-tui exec cluster.yaml -- ray status
      raymon-tui exec cluster.yaml -- 'tail -f /tmp/ray/session_latest/logs/gcs_server.out | grep -i error'
      raymon-tui exec cluster.yaml -- python - < look.py
      raymon-tui exec -t ssh://head                       a shell there

    Words are passed on as they are; a single word with blanks in it is a line for the shell. Output comes as it is
    written. Ctrl-C reaches the command; twice, it lets go of one that is far away.

    Exit codes: the command's own, or 128 and the number of the signal that ended it; 2 usage, 3 not reached, 4 refused.
    """
    words: tuple[str, ...] = ctx.meta[_WORDS]
    if not words and not terminal:
        raise UsageError("run a command on the head node", "there is none behind --", _ADVICE)
    with quick_imports():
        import anyio

    candidate = one_cluster(ctx, target)
    if terminal:
        need_keys("give the command a terminal", "leave out -t")
    ctx.exit(anyio.run(_execute, candidate, _argv(words), terminal))


def _argv(words: Sequence[str]) -> Sequence[str]:
    """Return what to run: no words mean a shell, and a line of several words is for one, as `ray exec` takes it."""
    if not words:
        return LOGIN_SHELL
    line = len(words) == 1 and any(character.isspace() for character in words[0])
    return ("sh", "-c", words[0]) if line else words


async def _execute(candidate: Candidate, argv: Sequence[str], terminal: bool) -> int:
    from raymon_tui.backends.base import Executing

    backend = candidate.open()
    try:
        if not isinstance(backend, Executing):
            said = f"{backend.describe()} gives no way to run anything there"
            raise UnsupportedError(f"run {argv[0]}", said, "Name the cluster by FILE.yaml or ssh://HOST.")
        return await backend.execute(argv, terminal=terminal)
    finally:
        await backend.aclose()
