"""What the panes and screens of one cluster share."""

from __future__ import annotations

from dataclasses import dataclass

from raymon_tui.backends.base import Backend
from raymon_tui.cluster.monitor import Monitor
from raymon_tui.tui.options import MonitorOptions


@dataclass
class Viewing:
    """How the user looks at the cluster just now; `refresh_s` seconds lie between two askings."""

    refresh_s: float
    paused: bool = False


@dataclass(frozen=True)
class Session:
    """One cluster that is being watched: how it is reached, what is known of it, what the user asked for."""

    backend: Backend
    monitor: Monitor
    options: MonitorOptions
    viewing: Viewing
