"""What the user asked for on the command line, for the monitor and for one look alike."""

from __future__ import annotations

from dataclasses import dataclass, field

from raymon_tui.backends.base import ConnectOptions


@dataclass(frozen=True)
class MonitorOptions:
    """How to watch: seconds between two askings, what may be changed, which glyphs, and how to connect."""

    refresh_s: float = 2.0
    read_only: bool = False
    ascii_only: bool = False
    theme: str = "raymon-dark"
    connect: ConnectOptions = field(default_factory=ConnectOptions)
