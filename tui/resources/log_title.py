"""The line above a log: which file it is, how it is read, and how far."""

from __future__ import annotations

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.logs.reader import LogReader
from raymon_tui.cluster.model.node import Node
from raymon_tui.tui.chrome.arrange import Part
from raymon_tui.tui.resources.log_files import short_name
from raymon_tui.widgets.content import Piece, plain
from raymon_tui.widgets.log_view import LogView
from raymon_tui.widgets.numbers import count, size


def title_parts(
    node: Node, name: str, log: LogView, reader: LogReader, trouble: RaymonError | None, width: int
) -> tuple[list[Part], list[Part]]:
    """Return what stands left and what stands right."""
    left = [Part((Piece(plain(short_name(name), width), "ink", bold=True),)), Part((Piece(plain(node.ip), "dim"),), 3)]
    right: list[Part] = []
    if trouble is not None:
        right.append(Part((Piece(plain(trouble.said, 100), "bad"),), 1))
    if reader.by_dashboard:
        right.append(Part((Piece("last lines only, by the dashboard", "warning"),), 2))
    if log.has_pattern:
        matching = log.match_count
        words = "1 line matches" if matching == 1 else f"{count(matching)} lines match"
        here = "" if reader.at_start and reader.at_end else " of those read"
        right.append(Part((Piece(words + here, "accent"),), 2))
    right.append(Part((Piece(f"{count(log.line_count)} lines", "dim"),), 4))
    if reader.size is not None:
        part = "" if reader.at_start and reader.at_end else "part of "
        right.append(Part((Piece(part + size(reader.size), "dim"),), 5))
    right.append(Part((Piece("following" if log.follow else "still", "good" if log.follow else "dim"),)))
    return left, right
