"""Variables in a dashboard's expressions, put in as Grafana's data source for Prometheus does it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from raymon_tui.cluster.grafana.durations import written
from raymon_tui.cluster.grafana.model import ALL, Variable

SCRAPE_S = 15.0
"""How far samples are taken to lie apart, as Grafana takes them by default."""
_REFERENCE = re.compile(r"\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:^}]+)?(?::([^}]+))?\}")
_SPECIAL = re.compile(r"[$^*{}\[\]'+?.()|\"]")


class Chosen(NamedTuple):
    """A variable, the values that there are to choose from, and those that are chosen; `ALL` is all of them."""

    variable: Variable
    options: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    said: str = ""
    """Why the options are not known."""

    @property
    def all(self) -> bool:
        """Whether all values are chosen."""
        return ALL in self.values

    @property
    def words(self) -> str:
        """What is chosen, for people."""
        return "All" if self.all else " + ".join(self.values) or "none"


class Timing(NamedTuple):
    """The stretch of time that is asked for, in seconds since the epoch, and the distance of its values in seconds."""

    start: float
    end: float
    step_s: float

    @property
    def span_s(self) -> float:
        """How long it is."""
        return self.end - self.start


def filled(text: str, chosen: Mapping[str, Chosen], timing: Timing) -> str:
    """Return `text` with every variable that is known in its place; what is not known stays as it is."""
    own = _own(timing)

    def put_in(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[4]
        if name in own:
            return own[name]
        one = chosen.get(name)
        return match[0] if one is None else _formatted(one, (match[3] or match[5] or "").partition(":")[0])

    return _REFERENCE.sub(put_in, text)


def mentioned(text: str) -> frozenset[str]:
    """Return the names of the variables in `text`."""
    return frozenset(match[1] or match[2] or match[4] for match in _REFERENCE.finditer(text))


def _own(timing: Timing) -> dict[str, str]:
    """Return the variables that Grafana itself gives."""
    rate_s = max(timing.step_s + SCRAPE_S, 4 * SCRAPE_S)
    return {
        "__interval": written(timing.step_s),
        "__interval_ms": f"{timing.step_s * 1000:.0f}",
        "__rate_interval": written(rate_s),
        "__rate_interval_ms": f"{rate_s * 1000:.0f}",
        "__range": written(timing.span_s),
        "__range_s": f"{timing.span_s:.0f}",
        "__range_ms": f"{timing.span_s * 1000:.0f}",
        "__from": f"{timing.start * 1000:.0f}",
        "__to": f"{timing.end * 1000:.0f}",
    }


def _formatted(chosen: Chosen, form: str) -> str:
    variable = chosen.variable
    if chosen.all and variable.all_value:
        return variable.all_value
    values = chosen.options if chosen.all else chosen.values
    if form in _FORMS:
        return _FORMS[form](values)
    if not variable.multi and not variable.include_all:
        return ",".join(value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    escaped = [_SPECIAL.sub(r"\\\\\g<0>", value.replace("\\", "\\" * 4)) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _regex(values: Sequence[str]) -> str:
    escaped = [re.sub(r"[.*+?^${}()|[\]\\/]", r"\\\g<0>", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


_FORMS: Mapping[str, Callable[[Sequence[str]], str]] = {
    "regex": _regex,
    "pipe": "|".join,
    "csv": ",".join,
    "raw": ",".join,
    "text": " + ".join,
    "glob": lambda values: values[0] if len(values) == 1 else f"{{{','.join(values)}}}",
    "doublequote": lambda values: ",".join(json.dumps(value) for value in values),
    "singlequote": lambda values: ",".join("'" + value.replace("'", "\\'") + "'" for value in values),
    "json": lambda values: json.dumps(list(values)),
}
"""How `${name:form}` writes values; a form that is not among these is Grafana's ordinary one."""
