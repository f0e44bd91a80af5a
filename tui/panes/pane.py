"""What every pane is: a name, a key, the feeds it needs, and how it shows what they say."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.containers import Vertical

from raymon_tui.cluster.feeds.feed import Feed
from raymon_tui.cluster.snapshot import Snapshot
from raymon_tui.tui.session import Session
from raymon_tui.widgets.table.column import Moment


def dom_id(pane_id: str) -> str:
    """Return the DOM id of a pane; its panels may be called as panes are."""
    return f"pane-{pane_id}"


class Pane(Vertical):
    """What fills the screen under one tab."""

    DEFAULT_CSS = "Pane { width: 1fr; height: 1fr; }"

    pane_id: ClassVar[str]
    title: ClassVar[str] = "Here"
    """What its keys stand under in the help, where no tab names it."""

    draws_metrics: ClassVar[bool] = False
    """Whether the cluster's exporters are to be scraped more often while this pane is seen."""

    def __init__(self, session: Session) -> None:
        super().__init__(id=dom_id(self.pane_id))
        self.session = session

    def feeds(self) -> tuple[Feed[Any], ...]:
        """Return what must be asked while this pane is on screen."""
        return ()

    def show(self, snapshot: Snapshot, changed: frozenset[str], moment: Moment) -> None:
        """Draw `snapshot`; `changed` names the feeds that are new in it, and is empty when only time has passed."""

    def go_to(self, subject: str) -> None:
        """Put the cursor on the row that `subject` names, where this pane has rows."""

    def take_focus(self) -> None:
        """Give the keyboard to the part of the pane that uses it."""
