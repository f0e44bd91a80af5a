"""What there is to choose from for each variable of a dashboard, and what is chosen at first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from raymon_tui.backends.errors import RaymonError, UnreachableError
from raymon_tui.cluster.grafana.durations import seconds_of
from raymon_tui.cluster.grafana.model import ALL, Variable
from raymon_tui.cluster.grafana.patterns import found_in, pattern
from raymon_tui.cluster.grafana.variables import Chosen, Timing, filled, mentioned
from raymon_tui.cluster.prometheus.api import PrometheusApi, Sample
from raymon_tui.cluster.ray_api.words import spoken

SESSION = "SessionName"
"""Ray's own name for the variable, and the label, of a cluster's session."""
AUTO = "$__auto"
_LABEL_VALUES = re.compile(r"label_values\(\s*(?:(.+)\s*,)?\s*([a-zA-Z_]\w*)\s*\)", re.DOTALL)
_QUERY_RESULT = re.compile(r"query_result\((.+)\)", re.DOTALL)
_METRICS = re.compile(r"metrics\((.+)\)", re.DOTALL)
_COMMA = re.compile(r"(?<!\\),")


async def choices_of(
    api: PrometheusApi, variables: Sequence[Variable], timing: Timing, kept: Mapping[str, tuple[str, ...]]
) -> dict[str, Chosen]:
    """Return for each variable its values and which are chosen: those `kept` from before, else its own first ones.

    A variable whose values cannot be asked for says why, and is as if it had none. Raises nothing.
    """
    chosen: dict[str, Chosen] = {}
    silent = ""
    for variable in _in_order(variables):
        said, options = silent, _listed(variable)
        if variable.kind == "query" and not silent:
            try:
                options = await _asked(api, variable, filled(variable.query, chosen, timing), timing)
            except RaymonError as failure:
                said = spoken(failure.said, 200)
                # Whoever does not answer one question is not kept waiting for with each of the others.
                silent = said if isinstance(failure, UnreachableError) else ""
        values = kept.get(variable.name) or _first(variable, options)
        chosen[variable.name] = Chosen(variable, options, values, said)
    return chosen


def _in_order(variables: Sequence[Variable]) -> list[Variable]:
    """Return variables so that each comes after those that its query names, as far as that can be."""
    waiting, ordered = {one.name: one for one in variables}, list[Variable]()
    while waiting:
        free = [one for one in waiting.values() if not (mentioned(one.query) & waiting.keys()) - {one.name}]
        for one in free or list(waiting.values())[:1]:
            ordered.append(waiting.pop(one.name))
    return ordered


def _listed(variable: Variable) -> tuple[str, ...]:
    """Return the values that a dashboard itself names."""
    if variable.kind in ("constant", "textbox"):
        return (variable.query,)
    if variable.kind not in ("custom", "interval"):
        return ()
    from_query = [text.replace("\\,", ",").strip() for text in _COMMA.split(variable.query)]
    # A custom variable may give its values names: `shown : value`.
    named = [text.partition(" : ")[2].strip() or text for text in from_query if text]
    listed = tuple(one for one in (named or variable.options) if one not in (ALL, AUTO))
    return (AUTO, *listed) if variable.kind == "interval" and variable.auto_count else listed


async def _asked(api: PrometheusApi, variable: Variable, query: str, timing: Timing) -> tuple[str, ...]:
    query = query.strip()
    found: Iterable[str]
    if match := _LABEL_VALUES.fullmatch(query):
        selector = (match[1] or "").strip()
        found = await api.label_values(match[2], selector, start=timing.start, end=timing.end)
    elif match := _QUERY_RESULT.fullmatch(query):
        found = map(_as_text, (await api.query(match[1], timing.end)).samples)
    elif match := _METRICS.fullmatch(query):
        names, wanted = await api.label_values("__name__", start=timing.start, end=timing.end), pattern(match[1])
        found = [name for name in names if wanted is not None and found_in(wanted, name)]
    elif query == "label_names()":
        found = await api.label_names()
    else:
        found = map(_as_text, (await api.query(query, timing.end)).samples) if query else ()
    return _sorted(_picked(found, variable.regex), variable.sort)


def _as_text(sample: Sample) -> str:
    """Return a series as Grafana writes it for the pattern of a variable: `name{label="value"} value`."""
    labels = dict(sample.labels)
    name = labels.pop("__name__", "")
    written = ",".join(f'{label}="{value}"' for label, value in labels.items())
    return f"{name}{{{written}}} {sample.value:g}"


def _picked(found: Iterable[str], regex: str) -> list[str]:
    """Return of each text what the pattern takes out of it: its group `value`, its first one, or all that matches."""
    compiled = pattern(regex) if regex else None
    if compiled is None:
        return list(dict.fromkeys(found))
    matches = (found_in(compiled, text) for text in found)
    return list(dict.fromkeys(_of_match(match) for match in matches if match is not None))


def _of_match(match: re.Match[str]) -> str:
    if "value" in match.re.groupindex:
        return match["value"] or ""
    return (match[1] if match.re.groups else match[0]) or ""


def _sorted(values: Sequence[str], sort: int) -> tuple[str, ...]:
    """Return values in the order that Grafana calls `sort`: odd ones rise, even ones fall, 3 and 4 are of numbers."""
    if not sort:
        return tuple(values)
    key = _number_in if sort in (3, 4) else str.lower if sort in (5, 6) else str
    return tuple(sorted(values, key=key, reverse=sort % 2 == 0))


def _number_in(text: str) -> float:
    match = re.search(r"\d{1,15}", text)
    return float(match[0]) if match else -1.0


def _first(variable: Variable, options: Sequence[str]) -> tuple[str, ...]:
    """Return what is chosen until the user chooses: what the dashboard says, where that still is; else all, or one."""
    current = tuple(value for value in variable.current if value == ALL or value in options or not options)
    if current:
        return current if variable.multi else current[:1]
    if variable.include_all:
        return (ALL,)
    return tuple(options[:1])


def auto_interval(variable: Variable, timing: Timing) -> float:
    """Return the seconds that the choice `auto` of an interval stands for: a part of the time that is shown."""
    least = seconds_of(variable.auto_min) or 10.0
    return max(least, timing.span_s / max(1, variable.auto_count))
