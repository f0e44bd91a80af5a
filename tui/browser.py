"""The user's browser, where there is one that has a window of its own."""

from __future__ import annotations

import os
import sys
import webbrowser


def open_browser(url: str) -> bool:
    """Open `url` and return whether that was possible; blocks. Never one that would draw on this terminal."""
    windows = sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return windows and webbrowser.open(url)
