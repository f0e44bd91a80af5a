"""One line of Prometheus' text format, or of OpenMetrics', taken apart."""

from __future__ import annotations

import re

Labels = tuple[tuple[str, str], ...]

_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_LINE = re.compile(
    r'\s*(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{(?P<labels>(?:[^"}]*"[^"\\]*(?:\\.[^"\\]*)*")*[^"}]*)\})?'
    r"\s*(?P<value>\S+)(?:\s+[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)?\s*(?:#.*)?",
    re.DOTALL,
)
_PLAIN_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="([^"\\]*)')
_LABEL = re.compile(rf"\s*(?:([a-zA-Z_][a-zA-Z0-9_:.]*)|{_QUOTED})\s*(?:=\s*{_QUOTED}\s*)?(?:,|$)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class MalformedError(ValueError):
    """A line that is no line of this format."""


class NoMetricsError(ValueError):
    """A whole text that is not of this format; the message says what it is, as far as that can be told."""


Sample = tuple[str, Labels, float, bytes | None]
"""A sample's name, its labels, its value, and the line's text up to that, by which its series is known again.

The text is None where it cannot be told. A sample's time and its exemplar are nothing that is asked for here.
"""
Pairs = dict[str, tuple[str, str]]
"""Labels by their text, `name="value` without the closing quote: most stand in many lines, and on all nodes."""


def sample_of(line: bytes, pairs: Pairs) -> Sample:
    """Take a line apart, as all exporters write it or in any other way that may be; raises `MalformedError`.

    Labels that stand in `pairs` are those; others are added.
    """
    text = line.decode("utf-8", "replace")
    name, brace, rest = text.partition("{")
    inner, close, value = rest.rpartition("} ")
    if not brace:
        name, close, value = text.partition(" ")
    if close and name.isidentifier() and name.isascii() and value.isascii() and " " not in value:
        labels = _plain_labels(inner, pairs) if brace else ()
        if labels is not None:
            return name, labels, number_of(value.encode()), line[: -1 - len(value)]
    return _any_sample(line, text)


def _plain_labels(inner: str, pairs: Pairs) -> Labels | None:
    """Return labels between which nothing lies but commas, and in which nothing is escaped; None for any others."""
    if inner[-1:] != '"':
        return None
    found: list[tuple[str, str]] = []
    for part in inner[:-1].split('",'):
        pair = pairs.get(part)
        if pair is None:
            match = _PLAIN_LABEL.fullmatch(part)
            if match is None:
                return None
            pair = pairs[part] = (match[1], match[2])
        found.append(pair)
    return tuple(found) if len(dict(found)) == len(found) else None


def _any_sample(line: bytes, text: str) -> Sample:
    match = _LINE.fullmatch(text)
    if match is None:
        raise MalformedError
    name, inner = match["name"], match["labels"]
    labels: Labels = ()
    if inner:
        quoted, labels = _any_labels(inner.strip())
        name = name or quoted
    if not name:
        raise MalformedError
    after = text[match.start("value") :]
    key = line[: len(line) - len(after)].rstrip(b" ") if after.isascii() else None
    return name, labels, number_of(match["value"].encode()), key


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
