"""The messages that pass between the monitor, the app and the screens."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message

from raymon_tui.tui.session import Session


class SnapshotChanged(Message):
    """The monitor of `session` knows more. A terminal that is slow to draw skips the pictures in between."""

    bubble = False

    def __init__(self, session: Session, changed: frozenset[str]) -> None:
        super().__init__()
        self.session = session
        self.changed = changed

    def can_replace(self, message: Message) -> bool:
        """Give way to a later one that already waits, and hand on to it what this one had to say."""
        if isinstance(message, SnapshotChanged) and message.session is self.session:
            message.changed |= self.changed
            return True
        return False


class SaveWanted(Message):
    """The user wants a file: `written()` gives the text, `what` and `ending` go into the name; it may take its time."""

    def __init__(self, what: str, ending: str, written: Callable[[], str]) -> None:
        super().__init__()
        self.what, self.ending, self.written = what, ending, written


class FeedsChanged(Message):
    """A pane or a screen needs other answers than before."""
