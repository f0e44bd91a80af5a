"""How the command line fails: three lines to standard error, and an exit code; never a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from raymon_tui.backends.errors import RaymonError, UsageError
from raymon_tui.widgets.content import plain

if TYPE_CHECKING:
    from pathlib import Path

INTERRUPTED = 130
INTERNAL = 70
"""What `sysexits.h` calls EX_SOFTWARE: an error of this program, not of the cluster or of its user."""


def show(error: RaymonError) -> int:
    """Print what was tried, what was said and what to do, and return the exit code."""
    parts = (("raymon-tui:", error.tried), ("  said:", error.said), ("  do:  ", error.advice))
    click.echo("\n".join(line for name, text in parts for line in _lines(name, text)), err=True)
    return error.exit_code


def _lines(name: str, text: str) -> list[str]:
    """Return a line, or where the text lists something a line for each, all cleaned."""
    first, *others = text.splitlines() or ["–"]
    return [f"{name} {plain(first)}", *(f"        {plain(other)}" for other in others)]


def usage(error: click.ClickException) -> UsageError:
    """Put what click says of a command line into our three lines."""
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path.removesuffix(" monitor") if ctx else "raymon-tui"
    said = " ".join(error.format_message().split())
    return UsageError(f"read the command line of {path}", said, f"see {path} --help")


def show_unexpected(error: BaseException) -> int:
    """Keep the traceback in a file, say where in one line, and return the exit code."""
    try:
        kept = f"the traceback is in {_keep_traceback(error)}"
    except OSError as refused:
        kept = f"the traceback could not be kept: {refused}"
    said = plain(f"{type(error).__name__}: {error}", 200)
    click.echo(f"raymon-tui: an error of its own ({said}); {plain(kept)}", err=True)
    return INTERNAL


def _keep_traceback(error: BaseException) -> Path:
    import traceback
    from datetime import datetime, timezone

    import platformdirs

    folder = platformdirs.user_log_path("raymon-tui", ensure_exists=True)
    path = folder / f"crash-{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}.log"
    path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    path.chmod(0o600)
    return path
