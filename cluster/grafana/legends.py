"""What a series is called: by the legend format of its panel, else by its labels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from raymon_tui.cluster.grafana.model import Override
from raymon_tui.cluster.grafana.patterns import found_in, pattern

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
AUTOMATIC = "__auto"
NAME = "__name__"


def series_name(legend: str, labels: Sequence[tuple[str, str]]) -> str:
    """Return a series' name: `{{label}}` in the format is that label's value.

    A label that the series lacks is named instead, as Grafana does it; where several stand between one pair of braces,
    which Grafana takes for one label with a strange name, their values do.
    """
    known = dict(labels)
    if legend and legend != AUTOMATIC:
        return _PLACEHOLDER.sub(lambda match: _value(match[1], known), legend)
    name, rest = known.pop(NAME, ""), sorted(known.items())
    written = ", ".join(f'{label}="{value}"' for label, value in rest)
    return f"{name}{{{written}}}" if written else name


def _value(label: str, known: Mapping[str, str]) -> str:
    if label in known:
        return known[label]
    parts = [part.strip() for part in label.split(",")]
    return ", ".join(known.get(part, part) for part in parts) if any(part in known for part in parts) else label


def constant_start(legend: str) -> str:
    """Return what stands before the first placeholder: `CPU Usage: ` of `CPU Usage: {{instance}}`; "" without one."""
    match = _PLACEHOLDER.search(legend)
    return legend[: match.start()] if match else ""


def override_of(name: str, overrides: Sequence[Override]) -> Override:
    """Return what is otherwise for the series of that name, all that fit taken together."""
    fitting = [one for one in overrides if _fits(name, one.alias)]
    return Override(name, any(one.hidden for one in fitting), any(one.apart for one in fitting))


def _fits(name: str, alias: str) -> bool:
    if not alias.startswith("/"):
        return alias == name
    compiled = pattern(alias)
    return compiled is not None and found_in(compiled, name) is not None
