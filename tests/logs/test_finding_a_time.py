"""A time that is typed leads to the first line from then on, with few windows read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from raymon_tui.cluster.logs.moments import last_moment, moment_meant, place_of
from raymon_tui.cluster.model.log_file import LogWindow

LAST = datetime.fromisoformat("2026-11-23 14:30:00")
LOG = b"".join(
    f"{LAST - timedelta(seconds=left):%Y-%m-%d %H:%M:%S},123 INFO step {left}\n  and a line without a time\n".encode()
    for left in range(20_000, -1, -1)
)


class File:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.asked = 0

    async def read(self, start: int, limit: int) -> LogWindow:
        self.asked += 1
        first = max(0, len(self.data) + start) if start < 0 else start
        return LogWindow(data=self.data[first : first + limit], start=first, size=len(self.data))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("14:05", "2026-11-23 14:05:00"),
        ("14:05:09", "2026-11-23 14:05:09"),
        ("23:00", "2026-11-22 23:00:00"),
        ("2026-11-20 09:00", "2026-11-20 09:00:00"),
        ("5m", "2026-11-23 14:25:00"),
        ("-2h", "2026-11-23 12:30:00"),
        ("30s ago", "2026-11-23 14:29:30"),
    ],
)
def test_times_are_meant_in_the_clock_of_the_log(typed: str, meant: str) -> None:
    assert moment_meant(typed, LAST) == datetime.fromisoformat(meant)


@pytest.mark.parametrize("typed", ["", "noon", "25:00", "14:61", "5 parsecs"])
def test_what_is_no_time_is_not_taken_for_one(typed: str) -> None:
    assert moment_meant(typed, LAST) is None


@pytest.mark.parametrize("left", [0, 1, 999, 10_000, 19_999, 20_000])
async def test_a_time_is_found_in_a_large_file_by_a_handful_of_windows(left: int) -> None:
    file = File(LOG)
    place = await place_of(LAST - timedelta(seconds=left), len(LOG), file.read)
    assert LOG[place:].split(b"\n")[0].endswith(f"step {left}".encode())
    assert file.asked < 10


async def test_the_last_time_of_a_file_is_that_of_its_last_line_with_one() -> None:
    assert await last_moment(File(LOG).read) == LAST
    assert await last_moment(File(b"no times\n").read) is None
