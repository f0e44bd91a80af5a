"""From the JSON that Grafana imports and exports to a `Dashboard`: schemas of Grafana 5 to 12, broken ones too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.grafana.durations import seconds_of
from raymon_tui.cluster.grafana.json_shape import Object, number, obj, objects, text, texts, whole
from raymon_tui.cluster.grafana.model import (
    Dashboard,
    Kind,
    Override,
    Panel,
    Place,
    Row,
    Target,
    Threshold,
    Variable,
    VariableKind,
)
from raymon_tui.cluster.ray_api.words import spoken

MOST_PANELS = 500
_KINDS: Mapping[str, Kind] = {
    "graph": "timeseries",
    "timeseries": "timeseries",
    "heatmap": "timeseries",
    "barchart": "bargauge",
    "stat": "stat",
    "singlestat": "stat",
    "gauge": "gauge",
    "bargauge": "bargauge",
    "piechart": "piechart",
    "grafana-piechart-panel": "piechart",
    "table": "table",
    "table-old": "table",
    "text": "text",
}
_VARIABLES: Mapping[str, VariableKind] = {
    "query": "query",
    "custom": "custom",
    "interval": "interval",
    "constant": "constant",
    "textbox": "textbox",
    "datasource": "datasource",
}
_HIDDEN = 2
"""Grafana's number for a variable that is not shown at all."""


def dashboard_of(data: bytes, *, named: str) -> Dashboard:
    """Return the dashboard that JSON describes; raises `BadAnswerError` where it describes none.

    `named` says which file or dashboard it is, and stands for a uid that is missing.
    """
    tried = f"read the dashboard {named}"
    try:
        found = obj(msgspec.json.decode(data))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise BadAnswerError(tried, f"no JSON: {spoken(data)}", "Is it being written just now?") from None
    # Grafana's own API wraps it.
    found = obj(found.get("dashboard")) or found
    if not isinstance(found.get("panels", found.get("rows")), list):
        raise BadAnswerError(tried, "JSON, but no dashboard of Grafana's: it has no panels", "")
    return Dashboard(
        uid=text(found.get("uid")) or named,
        title=text(found.get("title")) or named,
        rows=_rows(found),
        variables=tuple(map(_variable, objects(obj(found.get("templating")).get("list")))),
        span_s=_span_s(obj(found.get("time"))),
        source=_source(found),
    )


def _rows(found: Object) -> tuple[Row, ...]:
    """Return rows of panels: new schemas have them in one list in the order of the grid, old ones in rows."""
    if not objects(found.get("panels")) and (old := objects(found.get("rows"))):
        parts = ((text(row.get("title")), bool(row.get("collapse")), objects(row.get("panels"))) for row in old)
        return tuple(Row(title, _panels(panels), collapsed) for title, collapsed, panels in parts)
    rows: list[Row] = []
    title, collapsed, gathered = "", False, list[Object]()
    for one in sorted(objects(found.get("panels"))[:MOST_PANELS], key=_order):
        if one.get("type") != "row":
            gathered.append(one)
            continue
        if title or gathered:
            rows.append(Row(title, _panels(gathered), collapsed))
        title, collapsed, gathered = text(one.get("title")), bool(one.get("collapsed")), objects(one.get("panels"))
    return (*rows, Row(title, _panels(gathered), collapsed))


def _panels(found: Iterable[Object]) -> tuple[Panel, ...]:
    return tuple(_panel(one) for one in sorted(list(found)[:MOST_PANELS], key=_order))


def _order(panel: Object) -> tuple[int, int]:
    place = _place(panel)
    return place.y, place.x


def _place(panel: Object) -> Place:
    grid = obj(panel.get("gridPos"))
    # Before Grafana 5 a panel had a span of twelve.
    w = whole(grid.get("w"), 2 * whole(panel.get("span"), 6))
    return Place(whole(grid.get("x"), 0), whole(grid.get("y"), 0), max(1, min(24, w)), max(1, whole(grid.get("h"), 8)))


def _panel(found: Object) -> Panel:
    said = text(found.get("type"))
    targets = _targets(found)
    defaults = obj(obj(found.get("fieldConfig")).get("defaults"))
    custom = obj(defaults.get("custom"))
    axis = next(iter(objects(found.get("yaxes"))), {})
    options = obj(found.get("options"))
    steps = obj(defaults.get("thresholds"))
    low, high = (number(defaults.get(end, axis.get(end) if said == "graph" else None)) for end in ("min", "max"))
    calcs = texts(obj(options.get("reduceOptions")).get("calcs", []))
    return Panel(
        id=whole(found.get("id"), 0),
        title=text(found.get("title")),
        kind=_KINDS.get(said, "timeseries" if targets else "other"),
        kind_said=said,
        unit=text(defaults.get("unit")) or text(found.get("format")) or text(axis.get("format")),
        targets=targets,
        stacked=found.get("stack") is True or text(obj(custom.get("stacking")).get("mode")) in {"normal", "percent"},
        hide_zero=obj(found.get("legend")).get("hideZero") is True,
        place=_place(found),
        thresholds=tuple(
            Threshold(number(step.get("value")), text(step.get("color"))) for step in objects(steps.get("steps"))
        ),
        percentage=steps.get("mode") == "percentage",
        low=low,
        high=high,
        calc=calcs[0] if calcs else "lastNotNull",
        overrides=(*_old_overrides(found), *_overrides(found)),
        description=text(found.get("description")).strip(),
        text=text(options.get("content")) or text(found.get("content")),
        other_source=_other_source(found),
    )


def _targets(panel: Object) -> tuple[Target, ...]:
    return tuple(
        Target(
            expr=text(one.get("expr")),
            legend=text(one.get("legendFormat")),
            instant=one.get("instant") is True and one.get("range") is not True,
            min_step=text(one.get("interval")),
        )
        for one in objects(panel.get("targets"))
        if text(one.get("expr")).strip() and one.get("hide") is not True
    )


def _old_overrides(panel: Object) -> Iterable[Override]:
    for one in objects(panel.get("seriesOverrides")):
        hidden, apart = one.get("hiddenSeries") is True, one.get("stack") is False
        if text(one.get("alias")) and (hidden or apart):
            yield Override(text(one.get("alias")), hidden, apart)


def _overrides(panel: Object) -> Iterable[Override]:
    for one in objects(obj(panel.get("fieldConfig")).get("overrides")):
        matcher = obj(one.get("matcher"))
        alias = text(matcher.get("options"))
        changed = {text(change.get("id")): obj(change.get("value")) for change in objects(one.get("properties"))}
        hidden = changed.get("custom.hideFrom", {}).get("viz") is True
        apart = changed.get("custom.stacking", {}).get("mode") == "none"
        if alias and matcher.get("id") in {"byName", "byRegexp"} and (hidden or apart):
            pattern = alias if matcher.get("id") == "byName" or alias.startswith("/") else f"/{alias}/"
            yield Override(pattern, hidden, apart)


def _other_source(panel: Object) -> str:
    kinds = [text(obj(one.get("datasource")).get("type")) for one in (panel, *objects(panel.get("targets")))]
    return next((kind for kind in kinds if kind and kind not in {"prometheus", "datasource", "grafana"}), "")


def _source(found: Object) -> str:
    """Return the uid of the Prometheus that panels name themselves, or that the dashboard's variable is set to."""
    for panel in objects(found.get("panels")):
        for one in (panel, *objects(panel.get("panels"))):
            given = obj(one.get("datasource"))
            uid = text(given.get("uid"))
            if uid and given.get("type") == "prometheus" and not uid.startswith("$"):
                return uid
    for one in objects(obj(found.get("templating")).get("list")):
        chosen = text(obj(one.get("current")).get("value"))
        if one.get("type") == "datasource" and one.get("query") == "prometheus" and chosen not in ("", "default"):
            return chosen
    return ""


def _variable(found: Object) -> Variable:
    query = found.get("query")
    current = obj(found.get("current"))
    return Variable(
        name=text(found.get("name")),
        kind=_VARIABLES.get(text(found.get("type")), "other"),
        label=text(found.get("label")),
        query=text(obj(query).get("query")) or text(query) or text(found.get("definition")),
        regex=text(found.get("regex")),
        options=tuple(value for one in objects(found.get("options")) for value in texts(one.get("value"))),
        current=texts(current.get("value")),
        multi=found.get("multi") is True,
        include_all=found.get("includeAll") is True,
        all_value=text(found.get("allValue")),
        sort=whole(found.get("sort"), 0),
        hidden=found.get("hide") == _HIDDEN,
        auto_count=whole(found.get("auto_count"), 30) if found.get("auto") is True else 0,
        auto_min=text(found.get("auto_min")),
    )


def _span_s(time: Object) -> float:
    """Return the length of a time range that ends now: `now-30m` to `now`."""
    start, end = text(time.get("from")), text(time.get("to"))
    if end == "now" and start.startswith("now-"):
        return seconds_of(start[4:]) or 1800.0
    return 1800.0
