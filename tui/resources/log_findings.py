"""How the lines that a search found look in a list, and how far the search is."""

from __future__ import annotations

from raymon_tui.cluster.logs.searching import Found, Progress
from raymon_tui.tui.chrome.arrange import Part
from raymon_tui.tui.resources.log_files import short_name
from raymon_tui.widgets.content import Piece, piece
from raymon_tui.widgets.log_text import shown_line
from raymon_tui.widgets.numbers import count, size
from raymon_tui.widgets.table.column import Column, Moment

COLUMNS: tuple[Column[Found], ...] = (
    Column("file", lambda f, _: piece(short_name(f.file.name)), lambda f: f.file.name, width=20, flex=1, max_width=44),
    Column("node", lambda f, _: piece(f.node.ip, "dim"), lambda f: f.node.ip, width=12, priority=1),
    Column("line", lambda f, _: piece(shown_line(f.text)), None, width=30, flex=4, max_width=1000),
)


def progress_parts(progress: Progress, moment: Moment) -> list[Part]:
    """Return how much was found in how much, and what was left out, most important first."""
    mark = "! " if moment.ascii_only else "▲ "
    lines = "1 line" if len(progress.found) == 1 else f"{count(len(progress.found))} lines"
    read = f"in {count(progress.files_read)} of {count(progress.files)} files, {size(progress.bytes_read)}"
    parts = [
        Part((Piece(lines, "ink", bold=True), Piece(f" {read}", "dim"))),
        Part((Piece("done" if progress.done else "searching…", "dim" if progress.done else "accent"),), 3),
    ]
    if progress.cut:
        parts.append(Part((Piece(f"{mark}more was found than is kept", "warning"),), 2))
    if progress.left_out:
        told = f"{mark}{size(progress.left_out)} at the beginnings of large files left out"
        parts.append(Part((Piece(told, "warning"),), 1))
    if progress.unread:
        parts.append(Part((Piece(f"{mark}{count(progress.unread)} files could not be read", "warning"),), 2))
    return parts
