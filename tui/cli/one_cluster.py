"""The one cluster that a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from raymon_tui.tui.cli.given import asking, options_of
from raymon_tui.tui.cli.quick import quick_imports
from raymon_tui.tui.cli.typed_at import BY_INPUT, type_at_terminal

if TYPE_CHECKING:
    from raymon_tui.backends.resolve import Candidate


def one_cluster(ctx: click.Context, target: str | None) -> Candidate:
    """Return what the target of a command means; what its backend has to ask is asked on the terminal.

    Raises `UsageError` where that is none, or several.
    """
    with quick_imports():
        from raymon_tui.backends.resolve import one_of, resolve
        from raymon_tui.tui.cli.terminal_questions import somebody

    found = one_of(resolve(target, asking(options_of(ctx, target), somebody()).connect))
    if target == BY_INPUT:
        type_at_terminal()
    return found
