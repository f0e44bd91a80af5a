"""Finding the place in a log where a moment stands, by the times that Ray writes at the beginning of lines."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from raymon_tui.cluster.model.log_file import LogWindow

ReadWindow = Callable[[int, int], Awaitable[LogWindow]]
"""Takes the first byte (a negative one counts from the end) and how many bytes."""

CLOSE, LOOK = 1 << 16, 1 << 14
_TIME = re.compile(rb"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})")
_AGO = re.compile(r"-?\s*(\d+)\s*([smhd])(?:\s*ago)?")
_CLOCK = re.compile(r"(?:(\d{4}-\d{2}-\d{2})[ T])?(\d{1,2}):(\d{2})(?::(\d{2}))?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment_meant(typed: str, last: datetime) -> datetime | None:
    """Return the moment that `14:05`, `14:05:30`, `2026-11-23 14:05` or `5m` (before `last`) means; None for others.

    `last` is the last moment of the log. All are in the clock of the log, whatever its time zone is.
    """
    ago = _AGO.fullmatch(typed.strip())
    if ago is not None:
        return last - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    clock = _CLOCK.fullmatch(typed.strip())
    if clock is None:
        return None
    try:
        day = datetime.fromisoformat(clock[1]) if clock[1] else last
        meant = day.replace(hour=int(clock[2]), minute=int(clock[3]), second=int(clock[4] or 0), microsecond=0)
    except ValueError:
        return None
    return meant - timedelta(days=1) if not clock[1] and meant > last else meant


async def last_moment(read: ReadWindow) -> datetime | None:
    """Return the last moment that stands in the file's last window; None where none does."""
    found = _moments((await read(-CLOSE, CLOSE)).data)
    return found[-1][1] if found else None


async def place_of(moment: datetime, size: int, read: ReadWindow) -> int:
    """Return the byte where the first line from `moment` on begins, in a file of `size` bytes, by halving it."""
    low, high = 0, size
    while high - low > CLOSE:
        middle = (low + high) // 2
        found = _moments((await read(middle, LOOK)).data)
        if found and found[0][1] < moment:
            low = middle
        else:
            high = middle
    found = _moments((await read(low, CLOSE + LOOK)).data)
    return next((low + place for place, at in found if at >= moment), high)


def _moments(data: bytes) -> list[tuple[int, datetime]]:
    """Return where lines with a time begin, and their times."""
    found: list[tuple[int, datetime]] = []
    for match in _TIME.finditer(data):
        try:
            at = datetime.fromisoformat(f"{match[1].decode()} {match[2].decode()}")
        except ValueError:
            continue
        found.append((data.rfind(b"\n", 0, match.start()) + 1, at))
    return found
