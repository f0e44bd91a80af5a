"""Prometheus' text format, decoded fast and as it comes: what was seen before is only looked up.

A series is known by its text up to the value. That text is taken apart once; from then on a scrape costs a look-up and
a number a line. Of a family that nobody wants nothing is read but the name.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from msgspec import Struct

from raymon_tui.cluster.metrics.sample_line import Labels, MalformedError, NoMetricsError, number_of, sample_of
from raymon_tui.cluster.metrics.vocabulary import Family, Vocabulary

__all__ = ["Decoder", "Decoding", "Family", "Labels", "Scrape", "Series"]

FORGET_BEYOND = 4
"""Texts of series are forgotten once there are so many times as many as the last scrape had series."""
LONGEST_LINE = 1 << 16
MOST_SERIES = 5_000
"""Of a scrape: what is wanted of the largest agent that was seen is a tenth."""
LINES_AT_ONCE = 500
MOSTLY = 0.5
"""Of a text with more malformed lines than this share nothing is believed."""


class Series(Struct, frozen=True, cache_hash=True):
    """One time series: the family that it belongs to, the name of the sample, its labels as they were written."""

    family: str
    name: str
    labels: Labels


class Scrape(Struct, frozen=True):
    """What one scrape gave: the wanted series with a value each, and all families that are known, by name.

    `lines` counts its lines that are not empty, `malformed` those of them that are none of this format, `left_out` the
    wanted series beyond the most that are taken.
    """

    series: list[Series]
    values: array[float]
    families: Mapping[str, Family]
    lines: int = 0
    malformed: int = 0
    left_out: int = 0


class Decoder:
    """Decodes the scrapes of one target, whose series it knows again; the vocabulary may be that of many."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.known: dict[bytes, Series] = {}
        self._last = 0

    def decode(self, body: bytes) -> Scrape:
        """Return what a scrape holds; a malformed line costs that line alone."""
        decoding = self.begin()
        decoding.feed(body)
        return decoding.end()

    def begin(self) -> Decoding:
        """Return what takes a scrape piece by piece."""
        if len(self.known) > FORGET_BEYOND * self._last + 1000:
            self.known.clear()
        self.vocabulary.begin()
        return Decoding(self)

    def forget(self) -> None:
        """Give up what makes it fast: there are more targets than it can be kept for."""
        self.known.clear()

    def ended(self, series: int) -> None:
        """Be told how many series a scrape had."""
        self._last = series


class Decoding:
    """One scrape on its way: whatever it is cut into, a piece costs its own lines alone."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._vocabulary = decoder.vocabulary
        self._series: list[Series] = []
        self._values = array("d")
        self._rest = b""
        self._endless = False
        self.lines = self._malformed = self._left_out = 0

    def feed(self, piece: bytes) -> None:
        """Take the next bytes, in whatever place they are cut; raises `NoMetricsError` once that is plain."""
        if self._endless:
            _, newline, piece = piece.partition(b"\n")
            self._endless = not newline
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LONGEST_LINE:
            self._rest, self._endless = b"", True
            self._malformed += 1
        lines = list(filter(None, lines))
        for begin in range(0, len(lines), LINES_AT_ONCE):
            self._take(lines[begin : begin + LINES_AT_ONCE])
            if self._malformed > LINES_AT_ONCE:
                self._check()

    def end(self) -> Scrape:
        """Return all of it, when all was fed; raises `NoMetricsError`."""
        self._take([self._rest] if self._rest else [])
        self._check()
        self._decoder.ended(len(self._series))
        return Scrape(
            self._series, self._values, self._vocabulary.families, self.lines, self._malformed, self._left_out
        )

    def _check(self) -> None:
        if self._malformed > MOSTLY * self.lines:
            raise NoMetricsError("it answers with another kind of text")

    def _take(self, lines: list[bytes]) -> None:
        known, unwanted, comments = self._decoder.known.get, self._vocabulary.unwanted, self._vocabulary.comments
        add_series, add_value = self._series.append, self._values.append
        for line in lines:
            # The name first: most lines are of what nobody wants, and their labels need not even be hashed.
            if line.partition(b"{")[0] in unwanted or line in comments:
                continue
            key, _, number = line.rpartition(b" ")
            series = known(key)
            if series is not None:
                try:
                    value = number_of(number)
                except MalformedError:
                    self._malformed += 1
                else:
                    add_series(series)
                    add_value(value)
            elif key not in unwanted:
                self._take_new(line)
        self.lines += len(lines)
        if len(self._series) > MOST_SERIES:
            self._left_out += len(self._series) - MOST_SERIES
            del self._series[MOST_SERIES:]
            del self._values[MOST_SERIES:]

    def _take_new(self, line: bytes) -> None:
        """Take a line that was not seen before."""
        begin = line.lstrip()
        if not begin:
            return
        if begin.startswith(b"#"):
            self._vocabulary.describe(line)
            return
        try:
            self._take_sample(line)
        except MalformedError:
            self._malformed += 1

    def _take_sample(self, line: bytes) -> None:
        if len(line) > LONGEST_LINE:
            raise MalformedError
        if len(self._series) >= MOST_SERIES:
            self._left_out += 1
            return
        name, labels, value, key = sample_of(line, self._vocabulary.pairs)
        family, wanted = self._vocabulary.belongs(name)
        if not wanted:
            return
        series = Series(family, name, labels)
        if key is not None and len(self._decoder.known) < 2 * FORGET_BEYOND * MOST_SERIES:
            series = self._decoder.known.setdefault(key, series)
        self._series.append(series)
        self._values.append(value)
