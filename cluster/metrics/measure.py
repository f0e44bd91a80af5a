"""One thing that is drawn over time, asked alike of the samples kept here and of a Prometheus server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

NODE = "node"
"""Stands among labels for the node that was scraped; a Prometheus server calls it `instance`."""
Labels = tuple[tuple[str, str], ...]


class Measure(Struct, frozen=True, kw_only=True):
    """Which series of a family count, and how they become lines.

    `family` is named as in the exposition, a histogram by its base name. A `gauge` is taken as it is; a `rate` is the
    increase of a counter per second, which survives resets; a `quantile` is that of a histogram over the last while.
    `where` gives for a label the values that count, `unless` those that do not, `by` the labels whose values make a
    line each, and `fold` what is done with all series of a line. Values are multiplied by `scale`.
    """

    family: str
    kind: Literal["gauge", "rate", "quantile"] = "gauge"
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unless: tuple[tuple[str, tuple[str, ...]], ...] = ()
    by: tuple[str, ...] = ()
    fold: Literal["sum", "mean", "max", "min"] = "sum"
    scale: float = 1.0
    quantile: float = 0.95

    @property
    def by_node(self) -> bool:
        """Whether each node has a line of its own."""
        return NODE in self.by

    def counts(self, labels: Labels) -> bool:
        """Return whether a series with these labels is among those that count."""
        known = dict(labels)
        wanted = all(known.get(name, "") in values for name, values in self.where)
        return wanted and not any(known.get(name, "") in values for name, values in self.unless)

    def line_of(self, labels: Labels, node: str) -> Labels:
        """Return the labels of the line that a series belongs to."""
        known = dict(labels)
        return tuple((name, node if name == NODE else known.get(name, "")) for name in self.by)


_FOLDS = {"sum": "sum", "mean": "avg", "max": "max", "min": "min"}


def promql(measure: Measure, window_s: float, matchers: Mapping[str, str]) -> str:
    """Return the same question in PromQL; `window_s` is what rates are taken over, `matchers` are equal labels."""
    by = ["instance" if name == NODE else name for name in measure.by]
    if measure.kind == "gauge":
        inner = _selector(measure.family, measure, matchers)
    else:
        name = f"{measure.family}_bucket" if measure.kind == "quantile" else measure.family
        inner = f"rate({_selector(name, measure, matchers)}[{max(1, round(window_s))}s])"
    if measure.kind == "quantile":
        folded = f"sum by ({', '.join(['le', *by])}) ({inner})"
        expression = f"histogram_quantile({measure.quantile:g}, {folded})"
    else:
        grouping = f" by ({', '.join(by)})" if by else ""
        expression = f"{_FOLDS[measure.fold]}{grouping} ({inner})"
    return expression if measure.scale == 1.0 else f"{expression} * {measure.scale:g}"


def selector(family: str, matchers: Mapping[str, str]) -> str:
    """Return what selects the series of a name in PromQL, of any name where that is empty; "" where nothing would."""
    return _selector(family, Measure(family=family), matchers)


def _selector(name: str, measure: Measure, matchers: Mapping[str, str]) -> str:
    parts = [f"{label}={_quoted(value)}" for label, value in matchers.items()]
    for label, values in measure.where:
        if len(values) == 1:
            parts.append(f"{label}={_quoted(values[0])}")
        else:
            parts.append(f"{label}=~{_quoted('|'.join(map(_escaped, values)))}")
    parts += [f"{label}!~{_quoted('|'.join(map(_escaped, values)))}" for label, values in measure.unless]
    return f"{name}{{{','.join(parts)}}}" if parts else name


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    """Escape what means something in RE2; `re.escape` escapes more than RE2 takes."""
    return "".join("\\" + character if character in "\\.+*?()|[]{}^$" else character for character in text)
