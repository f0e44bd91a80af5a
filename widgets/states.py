"""A glyph and a role for each of Ray's states; a colour never stands without its glyph."""

from __future__ import annotations

from typing import NamedTuple

from raymon_tui.widgets.content import Piece, Role


class Mark(NamedTuple):
    """How a state looks."""

    glyph: str
    ascii_glyph: str
    role: Role


ALIVE = Mark("●", "*", "good")
IDLE = Mark("○", "o", "dim")
WAITING = Mark("◌", ".", "accent")
RUNNING = Mark("▶", ">", "accent")
DONE = Mark("✓", "+", "good")
RESTARTING = Mark("↻", "~", "warning")
WARNING = Mark("▲", "!", "warning")
FAILED = Mark("✕", "x", "bad")
ENDED = Mark("✕", "x", "dim")
UNKNOWN_STATE = Mark("?", "?", "dim")

_MARKS: dict[str, Mark] = {
    "ALIVE": ALIVE,
    "IDLE": IDLE,
    "DEAD": FAILED,
    "DRAINING": RESTARTING,
    "RESTARTING": RESTARTING,
    "DEPENDENCIES_UNREADY": WAITING,
    "PENDING_CREATION": WAITING,
    "PENDING": WAITING,
    "RUNNING": RUNNING,
    "RUNNING_IN_RAY_GET": RUNNING,
    "RUNNING_IN_RAY_WAIT": RUNNING,
    "FINISHED": DONE,
    "SUCCEEDED": DONE,
    "FAILED": FAILED,
    "STOPPED": ENDED,
    "CREATED": ALIVE,
    "PREPARED": WAITING,
    "REMOVED": ENDED,
    "RESCHEDULING": RESTARTING,
    "INFEASIBLE": FAILED,
}


def mark_of(state: str) -> Mark:
    """Return how a node's, actor's, task's, job's or placement group's state looks."""
    if state in _MARKS:
        return _MARKS[state]
    if state.startswith(("PENDING", "SUBMITTED", "GETTING")):
        return WAITING
    return UNKNOWN_STATE


def glyph(mark: Mark, *, ascii_only: bool) -> Piece:
    """Return the mark alone."""
    return Piece(mark.ascii_glyph if ascii_only else mark.glyph, mark.role)
