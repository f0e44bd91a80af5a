"""A shell on the head, in the terminal that the program gives away meanwhile."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from textual.app import App

from raymon_tui.backends.base import Executing


async def shell_on_head(app: App[Any], backend: Executing) -> int:
    """Run a shell and return its exit code.

    Raises the `RaymonError` of the way there, and `SuspendNotSupported` where the terminal cannot be given away.
    """
    loop = asyncio.get_running_loop()
    # The cluster is read on meanwhile, but nothing is drawn.
    with app.suspend(), app.batch_update():
        # Ctrl-C is for the shell.
        loop.remove_signal_handler(signal.SIGINT)
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return await backend.execute(("bash",), terminal=True)
        finally:
            signal.signal(signal.SIGINT, before)
            loop.add_signal_handler(signal.SIGINT, app.exit, 128 + signal.SIGINT)
