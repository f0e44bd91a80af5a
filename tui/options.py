"""What the user asked for on the command line, for the monitor and for one look alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from raymon_tui.backends.base import ConnectOptions, Endpoint
from raymon_tui.cluster.prometheus.options import PrometheusOptions


class GrafanaOptions(NamedTuple):
    """What the user said of a Grafana: its address, and the file that holds a service account's token for it."""

    url: str | None = None
    token_file: Path | None = None


@dataclass(frozen=True)
class MonitorOptions:
    """How to watch: seconds between two askings, what may be changed, which glyphs, and how to connect."""

    refresh_s: float = 2.0
    read_only: bool = False
    ascii_only: bool = False
    theme: str = "raymon-dark"
    prometheus: PrometheusOptions = field(default_factory=PrometheusOptions)
    grafana: GrafanaOptions = field(default_factory=GrafanaOptions)
    metrics_targets: tuple[Endpoint, ...] = ()
    connect: ConnectOptions = field(default_factory=ConnectOptions)
