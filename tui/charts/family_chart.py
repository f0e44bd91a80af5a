"""A chart for any metric at all, made of what its exporter says of it."""

from __future__ import annotations

from raymon_tui.cluster.metrics.charts import Chart, Drawn, Unit
from raymon_tui.cluster.metrics.exposition import Family
from raymon_tui.cluster.metrics.families import KEPT
from raymon_tui.cluster.metrics.measure import NODE, Measure

QUANTILES = (0.5, 0.95, 0.99)
_WAIT = "no value yet; the first one comes with the next scrape, that of a counter with the one after it"


def chart_of_family(family: Family) -> Chart:
    """Return a chart: a counter as its rate, a gauge as it is, a histogram as quantiles."""
    name = family.name
    if family.type == "histogram":
        drawn = tuple(
            Drawn(f"{quantile:.0%}", Measure(family=name, kind="quantile", quantile=quantile)) for quantile in QUANTILES
        )
        return Chart(id="family", title=name, unit="count", drawn=drawn, why_empty=_WAIT)
    counter = family.type == "counter"
    kept = KEPT.get(name)
    fold = kept.fold if kept is not None else "sum"
    measure = Measure(
        family=name, kind="rate" if counter else "gauge", fold=fold, by=kept.labels if kept is not None else ()
    )
    by_node = Measure(family=name, kind=measure.kind, fold=fold, by=(NODE,))
    unit: Unit = "per second" if counter else "bytes" if "bytes" in name else "count"
    return Chart(id="family", title=name, unit=unit, drawn=(Drawn("", measure),), by_node=by_node, why_empty=_WAIT)
