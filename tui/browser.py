"""The user's browser, where there is one that has a window of its own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import webbrowser
from pathlib import Path

_IN_TERMINAL = frozenset({"browsh", "carbonyl", "elinks", "links", "links2", "lynx", "w3m", "www-browser"})


def open_browser(url: str) -> bool:
    """Open `url` and return whether that was possible; blocks. Never one that would draw on this terminal.

    What BROWSER names comes first, as for Python's own `webbrowser`: commands with colons between them, `%s` being the
    address.
    """
    for command in filter(None, os.environ.get("BROWSER", "").split(os.pathsep)):
        if _started(command, url):
            return True
    windows = sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return windows and webbrowser.open(url)


def _started(command: str, url: str) -> bool:
    """Start a command that shows an address; what it has to say is not for this terminal."""
    try:
        words = shlex.split(command.rstrip().removesuffix("&"))
    except ValueError:
        return False
    if not words or Path(words[0]).name in _IN_TERMINAL:
        return False
    argv = [word.replace("%s", url) for word in words] if "%s" in command else [*words, url]
    nowhere = subprocess.DEVNULL
    try:
        subprocess.Popen(argv, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)  # noqa: S603
    except OSError:
        return False
    return True
