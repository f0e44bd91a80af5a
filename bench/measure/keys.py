"""From a key pressed to the line that it changes, in a pane of many rows."""

from __future__ import annotations

from functools import partial
from itertools import cycle, islice

import pyte

from measure.terminal import Terminal

Background = tuple[str, ...]

_PAUSE_S = 0.05


def keystrokes(terminal: Terminal, times: int) -> list[float]:
    """Move the cursor down and up `times` times and return the seconds that each move took to be on the screen."""
    taken = []
    for key in islice(cycle("jjjkkk"), times):
        before = _backgrounds(terminal.screen)
        pressed = terminal.press(key)
        taken.append(terminal.until(partial(_differs, before), 10.0) - pressed)
        terminal.settle(_PAUSE_S)
    return taken


def _differs(before: Background, screen: pyte.Screen) -> bool:
    return _backgrounds(screen) != before


def _backgrounds(screen: pyte.Screen) -> Background:
    """Return the background at the middle of each line: the line that the cursor is on stands out."""
    middle = screen.columns // 2
    return tuple(
        f"{screen.buffer[line][middle].bg}{screen.buffer[line][middle].reverse}" for line in range(screen.lines)
    )
