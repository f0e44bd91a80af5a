"""One line of Prometheus' text format, or of OpenMetrics', taken apart."""

from __future__ import annotations

import re
from itertools import chain
from typing import NamedTuple

Labels = tuple[tuple[str, str], ...]

_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_LINE = re.compile(
    r'\s*(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{(?P<labels>(?:[^"}]*"[^"\\]*(?:\\.[^"\\]*)*")*[^"}]*)\})?'
    r"\s*(?P<value>\S+)(?:\s+[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)?\s*(?:#.*)?",
    re.DOTALL,
)
_SIMPLE_LABEL = re.compile(r'(?:\A|,)([a-zA-Z_][a-zA-Z0-9_]*)="([^"\\]*)"')
_LABEL = re.compile(rf"\s*(?:([a-zA-Z_][a-zA-Z0-9_:.]*)|{_QUOTED})\s*(?:=\s*{_QUOTED}\s*)?(?:,|$)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class MalformedError(ValueError):
    """A line that is no line of this format."""


class NoMetricsError(ValueError):
    """A whole text that is not of this format; the message says what it is, as far as that can be told."""


class Sample(NamedTuple):
    """A sample, without its time and its exemplar, which nothing here asks for.

    `key` is the line's text up to the value, by which the series is known again; None where that cannot be told.
    """

    name: str
    labels: Labels
    value: float
    key: bytes | None


def sample_of(line: bytes) -> Sample:
    """Take a line apart; raises `MalformedError`."""
    text = line.decode("utf-8", "replace")
    match = _LINE.fullmatch(text)
    if match is None:
        raise MalformedError
    name, inner = match["name"], match["labels"]
    labels: Labels = ()
    if inner:
        quoted, labels = _labels(inner)
        name = name or quoted
    if not name:
        raise MalformedError
    after = text[match.start("value") :]
    key = line[: len(line) - len(after)].rstrip(b" ") if after.isascii() else None
    return Sample(name, labels, number_of(match["value"].encode()), key)


def number_of(text: bytes) -> float:
    """Return a value, which is written as Go writes numbers; raises `MalformedError`."""
    if b"_" in text:
        raise MalformedError
    try:
        return float(text)
    except ValueError:
        raise MalformedError from None


def unescaped(text: str) -> str:
    """Return what stands between quotes."""
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _labels(text: str) -> tuple[str, Labels]:
    """Return the name that stands among the labels, if one does, and the labels."""
    simple = _SIMPLE_LABEL.findall(text)
    if len(text.rstrip(",")) == sum(map(len, chain.from_iterable(simple))) + 4 * len(simple) - 1:
        # Nothing lies between them but commas: so do all exporters write, and nothing has to be unescaped.
        found = tuple(simple)
        if len(dict(found)) == len(found):
            return "", found
    return _any_labels(text.strip())


def _any_labels(text: str) -> tuple[str, Labels]:
    name, labels, at = "", dict[str, str](), 0
    while at < len(text):
        match = _LABEL.match(text, at)
        if match is None or match.end() == at:
            raise MalformedError
        key = match[1] if match[1] is not None else unescaped(match[2])
        if match[3] is not None and key not in labels:
            labels[key] = unescaped(match[3])
        elif match[3] is None and match[2] is not None and not name:
            name = key
        else:
            raise MalformedError
        at = match.end()
    return name, tuple(labels.items())


def _unescape(match: re.Match[str]) -> str:
    return {"n": "\n", "\\": "\\", '"': '"'}.get(match[1], match[0])
