"""A chart for any metric at all, made of what its exporter says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from raymon_tui.cluster.metrics.charts import Chart, Drawn, Unit
from raymon_tui.cluster.metrics.exposition import Family
from raymon_tui.cluster.metrics.families import KEPT
from raymon_tui.cluster.metrics.measure import NODE, Measure

QUANTILES = (0.5, 0.95, 0.99)
_WAIT = "no value yet; the first one comes with the next scrape, that of a counter with the one after it"
_SECONDS = (("_seconds", 1.0), ("_secs", 1.0), ("_s", 1.0), ("_ms", 0.001), ("_milliseconds", 0.001))


def chart_of_family(family: Family, tags: Sequence[str] = ()) -> Chart:
    """Return a chart: a counter as its rate, a gauge as it is, each with a line for each value of its `tags`.

    A histogram is drawn as quantiles of all of it.
    """
    name, (unit, scale) = family.name, _unit_of(family)
    if family.type == "histogram":
        drawn = tuple(
            Drawn(f"{quantile:.0%}", Measure(family=name, kind="quantile", quantile=quantile, scale=scale))
            for quantile in QUANTILES
        )
        return Chart(id="family", title=name, unit=unit, drawn=drawn, why_empty=_WAIT)
    kept = KEPT.get(name)
    fold = kept.fold if kept is not None else "sum"
    kind: Literal["rate", "gauge"] = "rate" if family.type == "counter" else "gauge"
    by = kept.labels if kept is not None else tuple(tags)
    measure = Measure(family=name, kind=kind, fold=fold, by=by, scale=scale)
    by_node = Measure(family=name, kind=kind, fold=fold, by=(NODE,), scale=scale)
    return Chart(id="family", title=name, unit=unit, drawn=(Drawn("", measure),), by_node=by_node, why_empty=_WAIT)


def _unit_of(family: Family) -> tuple[Unit, float]:
    """Return the unit that a metric's name tells, as Prometheus has them named, and what its values are to be times."""
    counter = family.type == "counter"
    name = family.name.removesuffix("_total")
    if "bytes" in name:
        return ("bytes/s" if counter else "bytes"), 1.0
    if counter:
        return "per second", 1.0
    return next((("seconds", scale) for ending, scale in _SECONDS if name.endswith(ending)), ("count", 1.0))
