"""Attention: what was found to be wrong, worst first, each with its cause and the key of the pane that shows more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.tui.chrome.wording import cut
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.numbers import age
from raymon_tui.widgets.states import FAILED, WARNING, Mark, glyph
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
    room = width - 3 - len(right) - 1
    title = cut(plain(finding.title), room)
    cause = cut(plain(finding.cause), room - cell_len(title) - 2) if room - cell_len(title) > 8 else ""
    used = cell_len(title) + (2 + cell_len(cause) if cause else 0)
    return (
        Piece((">" if moment.ascii_only else "›") if marked else " ", "accent", bold=True),
        glyph(mark, ascii_only=moment.ascii_only),
        Piece(" "),
        Piece(title, "ink", bold=True),
        Piece("  " + cause if cause else "", "dim"),
        Piece(" " * max(1, width - 3 - used - len(right))),
        Piece(right[:AGE_CELLS], "dim"),
        Piece(right[AGE_CELLS:], "faint"),
    )
