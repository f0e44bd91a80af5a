"""The line that says, while the link is down, what is wrong, how old the picture is, and what happens now."""

from __future__ import annotations

from raymon_tui.backends.base import Stage
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.chrome.wording import cut
from raymon_tui.widgets.content import Content, Piece, plain
from raymon_tui.widgets.numbers import duration
from raymon_tui.widgets.table.column import Moment


def banner_line(
    snapshot: Snapshot, moment: Moment, width: int, *, step: Stage | None = None, declined: bool = False
) -> Content | None:
    """Return the banner, or None while the link is well.

    `step` is the part of the way that a connection being made is at; `declined` says that one is made only once the
    user wants to be asked again.
    """
    link = snapshot.link
    if link.state in ("live", "slow"):
        return None
    if step is not None:
        return _on_the_way(snapshot, step, moment, width)
    if link.state == "connecting" and not link.said:
        return None
    said = cut(plain(link.said or "no answer"), max(10, width - 38))
    left = [Part((Piece("x " if moment.ascii_only else "✕ ", "bad"), Piece(said, "bad")))]
    if link.advice:
        left.append(Part((Piece(plain(link.advice), "dim"),), 3))
    again = (Piece("r", "accent"), Piece(" asks again", "dim")) if declined else (Piece("trying again", "dim"),)
    return arrange(left, [*_age(snapshot, moment), Part(again, 2)], width)


def _on_the_way(snapshot: Snapshot, step: Stage, moment: Moment, width: int) -> Content:
    words = cut(plain(step.name), max(10, width - 2))
    left = [Part((Piece(". " if moment.ascii_only else "◌ ", "accent"), Piece(words, "ink")))]
    return arrange(left, _age(snapshot, moment), width)


def _age(snapshot: Snapshot, moment: Moment) -> list[Part]:
    newest = snapshot.heard_at
    return [] if newest is None else [Part((Piece(f"picture {duration(moment.now - newest)} old", "dim"),), 1)]
