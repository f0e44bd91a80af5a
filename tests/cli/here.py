"""Targets of the form `here://HOST:PORT`: this machine as the head, with whatever answers there as its dashboard.

They come as any other package's would, so that the program under test is the whole program.
"""

from __future__ import annotations

from pathlib import Path

_MODULE = """
from raymon_tui.backends.base import Endpoint
from raymon_tui.backends.local import LocalBackend

def open_here(text, options):
    host, _, port = text.partition("://")[2].rpartition(":")
    return LocalBackend(Endpoint(host, int(port)), options)
"""


def install(folder: Path) -> str:
    """Put the package into `folder`, and return what PYTHONPATH must be for it to be found."""
    (folder / "of_here.py").write_text(_MODULE)
    info = folder / "raymon_here-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: raymon-here\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[raymon_tui.backends]\nhere = of_here:open_here\n")
    return str(folder)
