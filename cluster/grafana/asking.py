"""A panel's questions asked of Prometheus: its series by name, and what could not be had in the server's words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, structs

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.grafana.choices import AUTO, auto_interval
from raymon_tui.cluster.grafana.durations import seconds_of, written
from raymon_tui.cluster.grafana.legends import constant_start, override_of, series_name
from raymon_tui.cluster.grafana.model import Override, Panel, Target
from raymon_tui.cluster.grafana.variables import Chosen, Timing, filled
from raymon_tui.cluster.metrics.measure import Labels
from raymon_tui.cluster.prometheus.api import PrometheusApi, step_for
from raymon_tui.cluster.ray_api.words import spoken


class Series(Struct, frozen=True):
    """One series of a panel: its name, and a value a step; NaN is not known. `apart` is not stacked on others."""

    name: str
    labels: Labels
    values: tuple[float, ...]
    apart: bool = False


class PanelAnswer(Struct, frozen=True, kw_only=True):
    """What a panel's questions came to. The values run from `start` on, `step_s` apart, in seconds since the epoch.

    `failures` are the server's words on questions that failed, `warnings` its remarks on others; `left_out` series
    more were in its answers than are kept, and `hidden` ones are hidden by the dashboard.
    """

    start: float
    end: float
    step_s: float
    series: tuple[Series, ...] = ()
    failures: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    left_out: int = 0
    hidden: int = 0


def timing_of(start: float, end: float, count: int, targets: Sequence[Target] = ()) -> Timing:
    """Return a stretch of time in steps of which about `count` fit in, none shorter than a target wants it."""
    least = max((seconds_of(target.min_step.lstrip(">")) or 0.0 for target in targets), default=0.0)
    return Timing(start, end, max(step_for(end - start, count), least))


def expression(target: Target, chosen: Mapping[str, Chosen], timing: Timing) -> str:
    """Return a target's question with everything put in."""
    intervals = {
        name: one._replace(values=(written(auto_interval(one.variable, timing)),))
        for name, one in chosen.items()
        if AUTO in one.values
    }
    return filled(target.expr, {**chosen, **intervals}, timing)


async def ask_panel(api: PrometheusApi, panel: Panel, chosen: Mapping[str, Chosen], timing: Timing) -> PanelAnswer:
    """Ask all questions of a panel, one after the other; a failure is in the answer. Raises nothing."""
    parts: list[_Part] = []
    failures: list[str] = []
    for target in () if panel.other_source else panel.targets:
        try:
            parts.append(await _ask_target(api, target, expression(target, chosen, timing), timing))
        except RaymonError as failure:  # noqa: PERF203 - each one stands alone
            failures.append(spoken(failure.said, 300))
    shown = [_shown(part, panel.overrides) for part in parts]
    hidden = sum(len(part.series) for part in parts) - sum(len(part.series) for part in shown)
    return PanelAnswer(
        start=math.floor(timing.start / timing.step_s) * timing.step_s,
        end=timing.end,
        step_s=timing.step_s,
        series=tuple(one for part in _shortened(shown) for one in part.series),
        failures=tuple(dict.fromkeys(failures)),
        warnings=tuple(dict.fromkeys(said for part in parts for said in part.warnings)),
        left_out=sum(part.left_out for part in parts),
        hidden=hidden,
    )


class _Part(Struct, frozen=True):
    """What one question came to."""

    target: Target
    series: tuple[Series, ...]
    left_out: int
    warnings: tuple[str, ...]


async def _ask_target(api: PrometheusApi, target: Target, asked: str, timing: Timing) -> _Part:
    if target.instant:
        at_once = await api.query(asked, timing.end)
        series = tuple(_series(target, one.labels, (one.value,), asked) for one in at_once.samples)
        return _Part(target, series, at_once.left_out, at_once.warnings)
    found = await api.query_range(asked, timing.start, timing.end, timing.step_s)
    series = tuple(_series(target, one.labels, one.values, asked) for one in found.lines)
    return _Part(target, series, found.left_out, found.warnings)


def _series(target: Target, labels: Labels, values: tuple[float, ...], asked: str) -> Series:
    return Series(series_name(target.legend, labels) or spoken(asked, 60), labels, values)


def _shown(part: _Part, overrides: Sequence[Override]) -> _Part:
    """Return a part without the series that the dashboard hides."""
    told = [(one, override_of(one.name, overrides)) for one in part.series]
    series = tuple(structs.replace(one, apart=otherwise.apart) for one, otherwise in told if not otherwise.hidden)
    return structs.replace(part, series=series)


def _shortened(parts: Sequence[_Part]) -> list[_Part]:
    """Return parts whose names lack the words that all of them would begin with.

    `CPU Usage: 10.0.0.1` in a panel of that title says nothing twice, and there is little room.
    """
    starts = {start for part in parts if part.series and (start := constant_start(part.target.legend))}
    if len(starts) != 1:
        return list(parts)
    return [structs.replace(part, series=tuple(_without(one, *starts) for one in part.series)) for part in parts]


def _without(series: Series, start: str) -> Series:
    return structs.replace(series, name=series.name.removeprefix(start) or series.name)


def reduced(values: Sequence[float], calc: str) -> float | None:
    """Return a series as the one number that Grafana calls `calc`; None where nothing of it is known."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return None
    if calc == "last" and math.isnan(values[-1]):
        return None
    return _CALCS.get(calc, _last)(known)


def _last(values: Sequence[float]) -> float:
    return values[-1]


def mean(values: Sequence[float]) -> float:
    """Return the mean of values, of which there is one at least."""
    return sum(values) / len(values)


_CALCS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "first": lambda values: values[0],
    "firstNotNull": lambda values: values[0],
    "mean": mean,
    "max": max,
    "min": min,
    "sum": sum,
    "count": lambda values: float(len(values)),
    "range": lambda values: max(values) - min(values),
    "delta": lambda values: values[-1] - values[0],
    "diff": lambda values: values[-1] - values[0],
}
"""Any other is taken for the last value that is known."""
