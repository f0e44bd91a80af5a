"""The first line of every screen: which cluster, how it is reached, how the link is, how old the picture is."""

from __future__ import annotations

from datetime import datetime

from raymon_tui.cluster.feeds.catalogue import NODES, VERSION
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.chrome.arrange import Part, arrange
from raymon_tui.tui.session import Viewing
from raymon_tui.widgets.content import Content, Piece, Role, plain
from raymon_tui.widgets.numbers import duration
from raymon_tui.widgets.table.column import Moment

_LINKS: dict[str, tuple[str, str, Role]] = {
    "connecting": ("◌", ".", "accent"),
    "live": ("●", "*", "good"),
    "slow": ("▲", "!", "warning"),
    "lost": ("✕", "x", "bad"),
    "refused": ("✕", "x", "bad"),
}


def header_line(snapshot: Snapshot, viewing: Viewing, moment: Moment, width: int) -> Content:
    """Return the header for a screen of `width` cells; what matters least goes first where it is narrow."""
    left = [Part((Piece(plain(snapshot.target or "Ray", 40), "ink", bold=True),))]
    left += [Part((Piece(text, "dim"),), priority) for text, priority in _about(snapshot, moment)]
    right = [Part(_link(snapshot, viewing, moment))]
    right.append(Part((Piece(f" every {_interval(viewing.refresh_s)}", "dim"),), 2))
    clock = datetime.fromtimestamp(moment.now).strftime("%H:%M:%S")  # noqa: DTZ006 - the user's own clock
    right.append(Part((Piece(f" {clock}", "dim"),), 4))
    return arrange(left, right, width, gap=1)


def _interval(seconds: float) -> str:
    """Return an interval as one would say it: `0.5s`, `2s`, `1m`."""
    return "1m" if seconds >= 60 else f"{seconds:g}s"


def _about(snapshot: Snapshot, moment: Moment) -> list[tuple[str, int]]:
    dot = "-" if moment.ascii_only else "·"
    parts: list[tuple[str, int]] = []
    more = snapshot.reached_by.removeprefix(snapshot.target).strip()
    if more:
        # What a target leads to now is worth more than how it is reached.
        parts.append((f" {plain(more, 60)}", 5 if more == snapshot.reached_by else 2))
    version = snapshot.value(VERSION)
    if version is not None and version.ray_version:
        parts.append((f"{dot} Ray {plain(version.ray_version, 20)}", 3))
    head = next((node for node in snapshot.value(NODES) or () if node.is_head), None)
    if head is not None and head.start_time is not None:
        parts.append((f"{dot} up {duration(moment.now - head.start_time)}", 6))
    return parts


def _link(snapshot: Snapshot, viewing: Viewing, moment: Moment) -> Content:
    glyph, ascii_glyph, role = _LINKS.get(snapshot.link.state, _LINKS["lost"])
    mark = Piece((ascii_glyph if moment.ascii_only else glyph) + " ", role)
    if viewing.held is not None:
        since = _steady_age(moment.now - viewing.held.at)
        return (Piece("| " if moment.ascii_only else "‖ ", "warning"), Piece(f"paused {since}", "warning", bold=True))
    newest = snapshot.heard_at
    old = "" if newest is None else " " + _steady_age(moment.now - newest)
    return (mark, Piece(snapshot.link.state + old, "ink" if snapshot.link.state == "live" else role))


def _steady_age(seconds: float) -> str:
    """Return an age that does not flicker: tenths below ten seconds, always as wide."""
    seconds = max(0.0, seconds)
    return f"{seconds:.1f}s" if seconds < 9.95 else duration(seconds)
