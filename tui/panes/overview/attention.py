"""Attention: what was found to be wrong, worst first, each with its cause and the key of the pane that shows more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.widgets.content import Content, Piece, Role, plain
from raymon_tui.widgets.numbers import age
from raymon_tui.widgets.states import FAILED, WARNING, Mark
from raymon_tui.widgets.table.column import Moment

INFO = Mark("·", "-", "dim")
_MARKS: Mapping[Severity, Mark] = {Severity.ERROR: FAILED, Severity.WARNING: WARNING, Severity.INFO: INFO}
AGE_CELLS, KEY_CELLS = 5, 3


def attention_lines(
    findings: Sequence[Finding], hotkeys: Mapping[str, str], moment: Moment, width: int, cursor: int | None
) -> tuple[Content, ...]:
    """Return a line for each finding, `cursor` being the one that is marked; titles in bold, causes dim, ages right."""
    return tuple(
        _line(finding, hotkeys.get(finding.where, ""), moment, width, marked=index == cursor)
        for index, finding in enumerate(findings)
    )


def _line(finding: Finding, hotkey: str, moment: Moment, width: int, *, marked: bool) -> Content:
    mark = _MARKS[finding.severity]
    since = "" if finding.since is None else age(moment.now - finding.since)
    right = f"{since:>{AGE_CELLS}}{hotkey:>{KEY_CELLS}}"
    room = width - 2 - len(right) - 1
    title = _cut(plain(finding.title), room)
    cause = _cut(plain(finding.cause), room - cell_len(title) - 2) if room - cell_len(title) > 8 else ""
    used = cell_len(title) + (2 + cell_len(cause) if cause else 0)
    glyph: Role = mark.role
    return (
        Piece(mark.ascii_glyph if moment.ascii_only else mark.glyph, glyph),
        Piece((">" if moment.ascii_only else "›") if marked else " ", "accent", bold=True),
        Piece(title, "ink", bold=True),
        Piece("  " + cause if cause else "", "dim"),
        Piece(" " * max(1, width - 2 - used - len(right))),
        Piece(right[:AGE_CELLS], "dim"),
        Piece(right[AGE_CELLS:], "faint"),
    )


def _cut(text: str, room: int) -> str:
    """Return `text` in at most `room` cells, cut between words where there is one to cut at."""
    if cell_len(text) <= room:
        return text
    if room < 2:
        return ""
    kept = text
    while kept and cell_len(kept) > room - 1:
        kept = kept[:-1]
    head, _, tail = kept.rpartition(" ")
    return (head if head and len(tail) < 12 else kept).rstrip(" ,:;") + "…"
