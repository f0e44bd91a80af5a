"""Prometheus' text format, decoded fast: what was seen before is only looked up.

A series is known by its text up to the value. That text is taken apart once; from then on a scrape costs a look-up and
a number a line, and nothing but the look-up where nobody wants the family.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator
from itertools import chain

from msgspec import Struct

MOST_FAMILIES = 5_000
FORGET_BEYOND = 4
"""Texts of series are forgotten once there are so many times as many as the last scrape had lines."""
LONGEST_LINE = 1 << 16

_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_LINE = re.compile(
    r'\s*(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{(?P<labels>(?:[^"}]*"[^"\\]*(?:\\.[^"\\]*)*")*[^"}]*)\})?'
    r"\s*(?P<value>\S+)(?:\s+-?\d+(?:\.\d+)?)?\s*(?:#.*)?",
    re.DOTALL,
)
_SIMPLE_LABEL = re.compile(r'(?:\A|,)([a-zA-Z_][a-zA-Z0-9_]*)="([^"\\]*)"')
_LABEL = re.compile(rf"\s*(?:([a-zA-Z_][a-zA-Z0-9_:.]*)|{_QUOTED})\s*(?:=\s*{_QUOTED}\s*)?(?:,|$)", re.DOTALL)
_COMMENT = re.compile(rb'#\s*(HELP|TYPE)\s+("(?:[^"\\]|\\.)*"|\S+)(?:\s+(.*))?', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PARTS = ("_bucket", "_sum", "_count", "_created", "_total", "_info")


Labels = tuple[tuple[str, str], ...]


class Series(Struct, frozen=True, cache_hash=True):
    """One time series: the family that it belongs to, the name of the sample, its labels as they were written."""

    family: str
    name: str
    labels: Labels


class Family(Struct, frozen=True):
    """A family as its exporter describes it; `type` is `untyped` where it does not say."""

    name: str
    type: str = "untyped"
    help: str = ""


class Scrape(Struct, frozen=True):
    """What one scrape gave: the wanted series with a value each, all families by name, and how many lines were bad."""

    series: list[Series]
    values: array[float]
    families: dict[str, Family]
    malformed: int = 0


class MalformedError(ValueError):
    """A line that is no line of this format."""


class Decoder:
    """Decodes the scrapes of one target; `wanted` says of a family's name whether its samples are wanted."""

    def __init__(self, wanted: Callable[[str], bool]) -> None:
        self._wanted = wanted
        self._known: dict[bytes, Series | None] = {}
        self._comments: set[bytes] = set()
        self._families: dict[str, Family] = {}

    def want_anew(self) -> None:
        """Ask `wanted` again for every series from the next scrape on."""
        self._known.clear()

    def decode(self, body: bytes) -> Scrape:
        """Return what a scrape holds; a malformed line costs that line alone."""
        series: list[Series] = []
        values = array("d")
        malformed = 0
        for one in self.slices(body, 1 << 30):
            malformed += one.malformed
            series, values = one.series, one.values
        return Scrape(series, values, dict(self._families), malformed)

    def slices(self, body: bytes, lines_at_once: int) -> Iterator[Scrape]:
        """Decode in steps of so many lines, giving what is decoded so far after each; the last one is whole."""
        lines = body.split(b"\n")
        if len(self._known) > FORGET_BEYOND * len(lines) + 1000:
            self._known.clear()
        series: list[Series] = []
        values = array("d")
        malformed = 0
        for first in range(0, len(lines), lines_at_once):
            malformed += self._take(lines[first : first + lines_at_once], series, values)
            yield Scrape(series, values, self._families, malformed)

    def _take(self, lines: list[bytes], series: list[Series], values: array[float]) -> int:
        known, add_series, add_value = self._known, series.append, values.append
        malformed = 0
        for line in lines:
            key, _, number = line.rpartition(b" ")
            if key in known:
                one = known[key]
                if one is None:
                    continue
                try:
                    value = float(number)
                except ValueError:
                    malformed += 1
                else:
                    add_series(one)
                    add_value(value)
            elif line and line not in self._comments:
                malformed += self._take_new(line, series, values)
        return malformed

    def _take_new(self, line: bytes, series: list[Series], values: array[float]) -> int:
        """Take a line that was not seen before; return 1 where it is malformed."""
        stripped = line.strip()
        if not stripped:
            return 0
        if stripped.startswith(b"#"):
            self._describe(stripped)
            if len(self._comments) < MOST_FAMILIES * 2:
                self._comments.add(line)
            return 0
        try:
            name, labels, value, key = _sample(line)
            family = self._family_of(name)
            one = Series(family, name, labels) if self._wanted(family) else None
        except (MalformedError, ValueError):
            return 1
        if key is not None:
            self._known[key] = one
        if one is not None:
            series.append(one)
            values.append(value)
        return 0

    def _describe(self, comment: bytes) -> None:
        match = _COMMENT.fullmatch(comment)
        if match is None:
            return
        name = match[2].decode("utf-8", "replace")
        name = _unescaped(name[1:-1]) if name.startswith('"') else name
        text = (match[3] or b"").decode("utf-8", "replace")
        before = self._families.get(name, Family(name))
        if before.name not in self._families and len(self._families) >= MOST_FAMILIES:
            return
        if match[1] == b"TYPE":
            self._families[name] = Family(name, text.strip() or "untyped", before.help)
        else:
            self._families[name] = Family(name, before.type, text.replace("\\n", "\n").replace("\\\\", "\\"))

    def _family_of(self, name: str) -> str:
        if name in self._families:
            return name
        for part in _PARTS:
            if name.endswith(part) and name[: -len(part)] in self._families:
                return name[: -len(part)]
        return name


def _sample(line: bytes) -> tuple[str, Labels, float, bytes | None]:
    """Take a line apart: the sample's name, labels and value, and what is before the value if that is all it has."""
    text = line.decode("utf-8", "replace")
    match = _LINE.fullmatch(text) if len(text) <= LONGEST_LINE else None
    if match is None:
        raise MalformedError
    name, inner, value = match.groups()
    labels: Labels = ()
    if inner:
        quoted, labels = _labels(inner)
        name = name or quoted
    if not name or "_" in value:
        raise MalformedError
    return name, labels, float(value), line.rpartition(b" ")[0] if match.end("value") == len(text) else None


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
        key = match[1] if match[1] is not None else _unescaped(match[2])
        if match[3] is not None and key not in labels:
            labels[key] = _unescaped(match[3])
        elif match[3] is None and match[2] is not None and not name:
            name = key
        else:
            raise MalformedError
        at = match.end()
    return name, tuple(labels.items())


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(match: re.Match[str]) -> str:
    return {"n": "\n", "\\": "\\", '"': '"'}.get(match[1], match[0])
