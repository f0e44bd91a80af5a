"""The program on a cluster that is asked, and a way to wait for what it is to show."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
from still import text
from textual.pilot import Pilot

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.resolve import resolve
from raymon_tui.cluster.prometheus.options import PrometheusOptions
from raymon_tui.tui.app import MonitorApp
from raymon_tui.tui.options import MonitorOptions

PATIENCE_S = 90.0
"""Long, because the machine may be busy; nothing here waits for so long when all is well."""


@asynccontextmanager
async def watching(
    url: str, *, refresh_s: float = 0.5, size: tuple[int, int] = (140, 45), prometheus: PrometheusOptions | None = None
) -> AsyncIterator[Pilot[int]]:
    """Run the program on the dashboard at `url`, until the block ends."""
    options = MonitorOptions(refresh_s=refresh_s, prometheus=prometheus or PrometheusOptions())
    app = MonitorApp(resolve(url, ConnectOptions()), options)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield pilot


async def shows(pilot: Pilot[int], seen: Callable[[str], bool] | str) -> str:
    """Wait until the screen holds what is looked for, and return it; the clock alone may bring it, so look often."""
    looked_for = (lambda screen: seen in screen) if isinstance(seen, str) else seen
    with anyio.move_on_after(PATIENCE_S):
        while True:
            await pilot.pause()
            if looked_for(screen := text(pilot.app)):
                return screen
            await anyio.sleep(0.05)
    raise AssertionError(f"not seen within {PATIENCE_S:.0f} s:\n{text(pilot.app)}")
