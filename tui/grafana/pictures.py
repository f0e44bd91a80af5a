"""A panel's series as the picture of a chart: which of many are drawn, in which order, and what an empty one says."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from raymon_tui.cluster.grafana.asking import PanelAnswer, Series, mean
from raymon_tui.cluster.grafana.model import Panel
from raymon_tui.tui.grafana.units import unit_of
from raymon_tui.widgets.curves import MOST_CURVES, NamedCurve, Picture

_EXPORTED_BY = (
    (re.compile(r"\bray_(?:vllm|sglang)_"), "Ray exports it while a model is served by Serve LLM"),
    (re.compile(r"\bray_serve_"), "Ray exports it while a Serve application runs"),
    (re.compile(r"\bray_data_"), "Ray exports it while a dataset is worked on"),
    (re.compile(r"\bray_train_"), "Ray exports it while a training runs"),
    (re.compile(r"\bray_\w*(?:gpu|gram)"), "no node reports a GPU"),
    (re.compile(r"\bray_\w*tpu"), "no node reports a TPU"),
)


def picture_of_panel(panel: Panel, answer: PanelAnswer, *, cursor: int | None = None, alone: str = "") -> Picture:
    """Return the picture of a panel; of that series only whose name is `alone`, where there is one."""
    shown = [one for one in shown_series(panel, answer) if not alone or one.name == alone]
    # The mean changes little from one answer to the next, so that curves keep their colours.
    curves = sorted((NamedCurve(one.name, one.values, one.apart) for one in shown), key=lambda one: -_mean(one.values))
    stacked = panel.stacked and not alone
    curves = _with_others(curves) if stacked else curves
    unit = unit_of(panel.unit)
    return Picture(
        curves=tuple(curves),
        start=answer.start,
        end=answer.end,
        unit=unit.write,
        low=panel.low if panel.low is None or panel.low <= _least(curves) else None,
        high=panel.high if panel.high is not None and panel.high >= _most(curves) and not stacked else None,
        binary=unit.binary,
        cursor=cursor,
        empty=why_empty(panel, answer),
        stacked=stacked,
    )


def shown_series(panel: Panel, answer: PanelAnswer) -> tuple[Series, ...]:
    """Return the series that are drawn: all, or those that are not nothing but zero where the dashboard wants that."""
    if not panel.hide_zero:
        return answer.series
    return tuple(one for one in answer.series if any(one.values)) or answer.series


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return mean(known) if known else -math.inf


def _with_others(curves: list[NamedCurve]) -> list[NamedCurve]:
    """Return as many curves as can be drawn, those beyond as one, so that the top of the stack is the sum of all."""
    apart = [curve for curve in curves if curve.apart][: MOST_CURVES // 2]
    stacked = [curve for curve in curves if not curve.apart]
    room = MOST_CURVES - len(apart)
    if len(stacked) > room:
        others = stacked[room - 1 :]
        values = tuple(map(_summed, zip(*(curve.values for curve in others), strict=False)))
        stacked = [*stacked[: room - 1], NamedCurve(f"{len(others)} others", values)]
    return [*apart, *stacked]


def _summed(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) if known else math.nan


def _least(curves: Sequence[NamedCurve]) -> float:
    return min((value for curve in curves for value in curve.values if math.isfinite(value)), default=math.inf)


def _most(curves: Sequence[NamedCurve]) -> float:
    return max((value for curve in curves for value in curve.values if math.isfinite(value)), default=-math.inf)


def why_empty(panel: Panel, answer: PanelAnswer) -> str:
    """Return why a panel draws nothing, and what would fill it."""
    if answer.failures:
        return ""
    if answer.hidden:
        return f"nothing but {answer.hidden} series that the dashboard hides"
    asked = " ".join(target.expr for target in panel.targets)
    reason = next((words for names, words in _EXPORTED_BY if names.search(asked)), "")
    return f"no data: {reason}" if reason else "no data in this time"
