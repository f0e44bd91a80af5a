"""The stretch of time that charts show: how long it is, and whether it ends now."""

from __future__ import annotations

import time
from datetime import datetime
from typing import NamedTuple

SPANS_S = (300.0, 900.0, 3600.0, 10_800.0, 21_600.0, 43_200.0, 86_400.0, 172_800.0, 604_800.0)
"""5 m to 7 d."""
USUAL_SPAN_S = 900.0
SHORT_SPANS_S = (120.0, 300.0)
"""What charts span while no more is known: most of a quarter of an hour would be empty at first."""
PAN_SHARE = 0.25


class Window(NamedTuple):
    """`span_s` seconds up to `end` (seconds since the epoch), or up to now where that is None."""

    span_s: float = USUAL_SPAN_S
    end: float | None = None

    def until(self, now: float) -> float:
        """Return where it ends."""
        return now if self.end is None else self.end

    def longer(self, steps: int) -> Window:
        """Return one that is so many of the usual spans longer, or shorter where `steps` is negative."""
        nearest = min(range(len(SPANS_S)), key=lambda place: abs(SPANS_S[place] - self.span_s))
        return self._replace(span_s=SPANS_S[max(0, min(len(SPANS_S) - 1, nearest + steps))])

    def panned(self, directions: int, now: float) -> Window:
        """Return one that is moved by a quarter of itself into the past, or towards now where that is positive."""
        end = self.until(now) + directions * PAN_SHARE * self.span_s
        return self._replace(end=None if end >= now else end)

    def around(self, at: float, steps: int, now: float) -> Window:
        """Return a longer or shorter one in which `at` stays where it is."""
        other = self.longer(steps)
        share = (self.until(now) - at) / self.span_s
        end = at + share * other.span_s
        return other._replace(end=None if self.end is None and share < 0.05 else (None if end >= now else end))

    @property
    def words(self) -> str:
        """How long it is: `15 min`, `6 h`, `7 d`."""
        for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
            if self.span_s >= size and self.span_s % size == 0 and (unit != "d" or self.span_s > size):
                return f"{self.span_s / size:.0f} {unit}"
        return f"{self.span_s:.0f} s"


def usual_window(since: float | None, now: float) -> Window:
    """Return the window that is shown until the user chooses one, where something is known `since` then."""
    known_s = USUAL_SPAN_S if since is None else now - since
    return Window(next((span_s for span_s in SHORT_SPANS_S if known_s <= span_s), USUAL_SPAN_S))


def moment_words(at: float) -> str:
    """Return a moment (seconds since the epoch) in local time: `10:02`, of another day with its date."""
    moment, today = datetime.fromtimestamp(at).astimezone(), datetime.fromtimestamp(time.time()).astimezone()
    return moment.strftime("%H:%M" if moment.date() == today.date() else "%d %b %H:%M")
