"""What a dashboard is asked just now: of whom, over which time, with which variables."""

from __future__ import annotations

from dataclasses import dataclass, field

from raymon_tui.cluster.grafana.asking import PanelAnswer, ask_panel, timing_of
from raymon_tui.cluster.grafana.choices import SESSION, choices_of
from raymon_tui.cluster.grafana.model import Dashboard, Panel
from raymon_tui.cluster.grafana.variables import Chosen, Timing
from raymon_tui.cluster.prometheus.api import PrometheusApi
from raymon_tui.tui.charts.window import SPANS_S, Window

MOST_AT_ONCE = 4
"""Panels that are asked at the same time: a browser asks no more of one server either."""
LEAST_PACE_S, MOST_PACE_S = 5.0, 300.0
REST = 10.0
"""A panel rests so many times as long as its answer took."""
STEPS_OF_CHOICES = 100


@dataclass
class Questions:
    """One dashboard as the user looks at it. `kept` are the values that were chosen for variables.

    `chosen` is empty until the server was asked what there is to choose from.
    """

    dashboard: Dashboard
    api: PrometheusApi
    window: Window
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)
    chosen: dict[str, Chosen] = field(default_factory=dict)

    async def ask_choices(self, now: float) -> None:
        """Ask what there is to choose from. Raises nothing."""
        end = self.window.until(now)
        timing = timing_of(end - self.window.span_s, end, STEPS_OF_CHOICES)
        self.chosen = await choices_of(self.api, self.dashboard.variables, timing, self.kept)

    def timing(self, panel: Panel, steps: int, now: float) -> Timing:
        """Return the time that a panel shows in `steps` values or fewer."""
        end = self.window.until(now)
        return timing_of(end - self.window.span_s, end, steps, panel.targets)

    async def ask(self, panel: Panel, steps: int, now: float) -> PanelAnswer:
        """Return what a panel comes to. Raises nothing."""
        return await ask_panel(self.api, panel, self.chosen, self.timing(panel, steps, now))

    def choose(self, name: str, values: tuple[str, ...]) -> None:
        """Take these values for a variable from now on."""
        self.kept[name] = values


def questions_on(dashboard: Dashboard, api: PrometheusApi, session_name: str) -> Questions:
    """Return the questions of a dashboard as it is opened: on its own span of time, on this session of Ray alone."""
    names = {variable.name for variable in dashboard.variables}
    kept: dict[str, tuple[str, ...]] = {SESSION: (session_name,)} if session_name and SESSION in names else {}
    return Questions(dashboard, api, Window(max(SPANS_S[0], min(SPANS_S[-1], dashboard.span_s))), kept)


def pace_s(answer: PanelAnswer, took_s: float) -> float:
    """Return after how many seconds a panel is asked again: a new value may be there then; later where it is dear."""
    return max(LEAST_PACE_S, min(MOST_PACE_S, answer.step_s), REST * took_s)
