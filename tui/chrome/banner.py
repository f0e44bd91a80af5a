"""The line that says, while the link is down, what is wrong, how old the picture is, and what happens now."""

from __future__ import annotations

from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.chrome.wording import cut
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.numbers import duration
from raymon_tui.widgets.table.column import Moment


def banner_line(snapshot: Snapshot, moment: Moment, width: int) -> Content | None:
    """Return the banner, or None while the link is well."""
    link = snapshot.link
    if link.state in ("live", "slow", "connecting") and not (link.state == "connecting" and link.said):
        return None
    said = cut(plain(link.said or "no answer"), max(10, width - 38))
    left = [Part((Piece("x " if moment.ascii_only else "✕ ", "bad"), Piece(said, "bad")))]
    newest = snapshot.heard_at
    if link.advice:
        left.append(Part((Piece(plain(link.advice), "dim"),), 3))
    right = []
    if newest is not None:
        right.append(Part((Piece(f"picture {duration(moment.now - newest)} old", "dim"),), 1))
    right.append(Part((Piece("trying again", "dim"),), 2))
    return arrange(left, right, width)
