"""A dashboard as Grafana knows it, as far as it can be drawn in a terminal."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal["timeseries", "stat", "gauge", "bargauge", "piechart", "table", "text", "other"]
"""How a panel is drawn; Grafana's older types are among these by their newer names, a heatmap as a line a bucket."""
VariableKind = Literal["query", "custom", "interval", "constant", "textbox", "datasource", "other"]
ALL = "$__all"
"""Grafana's own word for the choice of all values."""


class Target(Struct, frozen=True, kw_only=True):
    """One question of a panel, in PromQL with variables in it; `instant` asks for the last moment alone."""

    expr: str
    legend: str = ""
    instant: bool = False
    min_step: str = ""


class Place(Struct, frozen=True):
    """Where a panel stands on Grafana's grid of 24 columns, and how large it is there."""

    x: int = 0
    y: int = 0
    w: int = 12
    h: int = 8


class Threshold(Struct, frozen=True):
    """From this value on a colour of Grafana's holds; None is the lowest step."""

    value: float | None
    colour: str


class Override(Struct, frozen=True):
    """What is otherwise for the series of a name: `alias` is one, or a pattern between slashes."""

    alias: str
    hidden: bool = False
    apart: bool = False
    """It is not stacked onto the others."""


class Panel(Struct, frozen=True, kw_only=True):
    """One panel. `kind_said` is its type in Grafana's word, `calc` how a series becomes one number.

    `thresholds` are values, or percent of the way from `low` to `high` where `percentage` is set.
    """

    id: int
    title: str
    kind: Kind = "timeseries"
    kind_said: str = ""
    unit: str = ""
    targets: tuple[Target, ...] = ()
    stacked: bool = False
    hide_zero: bool = False
    """Series that are nothing but zero are left out."""
    place: Place = Place()
    thresholds: tuple[Threshold, ...] = ()
    percentage: bool = False
    low: float | None = None
    high: float | None = None
    calc: str = "lastNotNull"
    overrides: tuple[Override, ...] = ()
    description: str = ""
    text: str = ""
    other_source: str = ""
    """The kind of data source that it asks, where that is not Prometheus."""


class Row(Struct, frozen=True):
    """Panels below a heading; those before the first heading have none."""

    title: str
    panels: tuple[Panel, ...]
    collapsed: bool = False


class Variable(Struct, frozen=True, kw_only=True):
    """What a user may choose for `$name`. `query` asks for the values, or lists them; `current` is chosen at first.

    `all_value` stands for all of them as it is, without being escaped. `hidden` ones are not offered.
    """

    name: str
    kind: VariableKind
    label: str = ""
    query: str = ""
    regex: str = ""
    options: tuple[str, ...] = ()
    current: tuple[str, ...] = ()
    multi: bool = False
    include_all: bool = False
    all_value: str = ""
    sort: int = 0
    hidden: bool = False
    auto_count: int = 0
    auto_min: str = ""


class Dashboard(Struct, frozen=True, kw_only=True):
    """One dashboard. `span_s` is how many seconds it shows by default, `source` the uid of the
    data source that it names."""

    uid: str
    title: str
    rows: tuple[Row, ...] = ()
    variables: tuple[Variable, ...] = ()
    span_s: float = 1800.0
    source: str = ""

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels of all rows."""
        return tuple(panel for row in self.rows for panel in row.panels)
