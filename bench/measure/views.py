"""The monitor's views as they are known from outside: the keys that lead there, and what is then on the screen."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyte

from measure.terminal import Terminal

_NODES = re.compile(r"● ?[\d,]+ .*○ ?[\d,]+ .*◌")
_TASKS = re.compile(r"▶ ?[\d,]+ running +◌ ?[\d,]+ waiting")


@dataclass(frozen=True)
class View:
    """A pane, or a list below one: `shows` is matched against the whole screen once its rows are there."""

    name: str
    keys: str
    shows: str

    def open(self, terminal: Terminal) -> None:
        """Go there from any pane; raises `NeverSeenError` where that leads elsewhere."""
        for key in self.keys:
            terminal.press(key)
            terminal.settle(1.0)
        terminal.until(self.is_shown)

    def leave(self, terminal: Terminal) -> None:
        """Go back to the panes from a list below one."""
        for _ in self.keys[1:]:
            terminal.press("\x1b")
            terminal.settle(1.0)

    def is_shown(self, screen: pyte.Screen) -> bool:
        """Whether this is what the screen shows."""
        return re.search(self.shows, _text(screen)) is not None


OVERVIEW = View("Overview", "1", r"Attention")
NODES = View("Nodes", "2", r"\n node +type.*\n ● 10\.")
TASKS = View("Tasks", "5", r"\n function +type.*\n \w+ +task")
ACTORS = View("Actors", "6", r"\n class +states.*\n \w+ +━")
ACTORS_OF_A_CLASS = View("the actors of a class", "6\r", r"class_name=.*\n actor +state.*\n \S \S+ +[A-Z]")


def is_full(screen: pyte.Screen) -> bool:
    """Whether the overview counts nodes and tasks: both figures of each, so not only their titles."""
    text = _text(screen)
    return bool(_NODES.search(text) and _TASKS.search(text))


def _text(screen: pyte.Screen) -> str:
    return "\n".join(screen.display)
