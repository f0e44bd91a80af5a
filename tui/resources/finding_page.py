"""A finding in full: why, and what to do, of which a line in Attention has room for a few words."""

from __future__ import annotations

from collections.abc import Sequence

from raymon_tui.cluster.findings.finding import Finding, Severity
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.resources.cells import ago
from raymon_tui.tui.screens.document import Field, Section
from raymon_tui.widgets.content import Content, Piece, Role, plain
from raymon_tui.widgets.table.column import Moment

_ROLES: dict[Severity, Role] = {Severity.ERROR: "bad", Severity.WARNING: "warning", Severity.INFO: "ink"}


def title_of(finding: Finding) -> Content:
    """Return the line above the page."""
    return (Piece(plain(finding.title, 200), _ROLES[finding.severity], bold=True),)


def sections_of(finding: Finding, snapshot: Snapshot, moment: Moment) -> Sequence[Section]:
    """Return the finding as it is by now, or as it was last where it is over."""
    now = next((one for one in snapshot.findings if one.id == finding.id), None)
    shown = now or finding
    told = (
        Section("", (Field("since", ago(shown.since, moment)),)),
        Section("Why", text=shown.cause),
        Section("What to do", text=shown.hint),
    )
    return told if now is not None else (Section("", text="It is over.", role="good"), *told)
