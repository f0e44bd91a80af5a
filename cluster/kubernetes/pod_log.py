"""The log of one container: its last lines, then each as it is written, none of them twice."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from raymon_tui.backends.base import KubernetesObjects
from raymon_tui.cluster.kubernetes import paths

TAIL_LINES, MOST_LINES = 1_000, 20_000
LONGEST = 1 << 16
"""Bytes of a line: what is longer is told in parts."""
_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ?")


class At(NamedTuple):
    """When a line was written: whole seconds since the epoch, and nanoseconds."""

    seconds: int
    nanoseconds: int


class LogLine(NamedTuple):
    """A line of a log; `at` is None where the kubelet itself speaks."""

    at: At | None
    text: str


class Tail(NamedTuple):
    """The last lines that were not known before; `gap` says that others came between, which were not read."""

    lines: Sequence[LogLine]
    gap: bool


class PodLog:
    """Reads the log of a container, or with `previous` that of its run before. Every method may raise a `RaymonError`.

    Kubernetes counts `limitBytes` from the first of the last lines on, so that the newest would be cut off: the number
    of lines alone bounds what is asked for.
    """

    def __init__(
        self, objects: KubernetesObjects, namespace: str, pod: str, container: str, *, previous: bool = False
    ) -> None:
        self._objects = objects
        self._path = paths.log(namespace, pod)
        self._params = {"container": container, "timestamps": "true"}
        if previous:
            self._params["previous"] = "true"
        self._first, self._last = _NEVER, _NEVER
        self._read = 0

    async def tail(self) -> Tail:
        """Return the last lines, after those that are known already."""
        found = await self._lines({"tailLines": str(TAIL_LINES)})
        fresh = Unknown(self._last).of(found)
        gap = self._last.at is not None and len(fresh) == len(found) == TAIL_LINES
        self._note(fresh)
        return Tail(fresh, gap)

    async def earlier(self) -> Sequence[LogLine]:
        """Return older lines than those that are known, several times as many; none where there are no more."""
        first = self._first.at
        if first is None or self._read >= MOST_LINES:
            return ()
        found = await self._lines({"tailLines": str(min(MOST_LINES, 4 * max(TAIL_LINES, self._read)))})
        older = [line for line in found if line.at is not None and line.at <= first]
        # Of lines of one moment, the last ones are those that are known.
        older = older[: max(0, len(older) - self._first.lines)]
        if older:
            self._first = _Edge(older[0].at, sum(line.at == older[0].at for line in older))
            self._read += len(older)
        return older

    async def follow(self) -> AsyncGenerator[Sequence[LogLine], None]:
        """Yield lines as they are written, until the container ends, or the connection does."""
        since = {} if self._last.at is None else {"sinceTime": _written(self._last.at)}
        splitting, unknown = Splitting(), Unknown(self._last)
        stream = self._objects.stream(self._path, {**self._params, **since, "follow": "true"})
        try:
            async for part in stream:
                fresh = unknown.of(splitting.take(part))
                self._note(fresh)
                if fresh:
                    yield fresh
        finally:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
        rest = unknown.of(splitting.rest())
        self._note(rest)
        if rest:
            yield rest

    async def _lines(self, params: dict[str, str]) -> list[LogLine]:
        splitting, found = Splitting(), []
        async for part in self._objects.stream(self._path, {**self._params, **params}):
            found += splitting.take(part)
        return found + splitting.rest()

    def _note(self, lines: Sequence[LogLine]) -> None:
        self._read += len(lines)
        moments = [line.at for line in lines if line.at is not None]
        if not moments:
            return
        if self._first.at is None:
            self._first = _Edge(moments[0], moments.count(moments[0]))
        before = self._last.lines if self._last.at == moments[-1] else 0
        self._last = _Edge(moments[-1], before + moments.count(moments[-1]))


class _Edge(NamedTuple):
    """The moment at one end of what is known, and how many known lines were written then."""

    at: At | None
    lines: int


_NEVER = _Edge(None, 0)


class Unknown:
    """Passes over what is known already at the beginning of an answer: `sinceTime` knows whole seconds only."""

    def __init__(self, last: _Edge) -> None:
        self._last, self._left = last.at, last.lines

    def of(self, lines: Iterable[LogLine]) -> list[LogLine]:
        """Return those of these lines that are not known."""
        return [line for line in lines if not self._is_known(line)]

    def _is_known(self, line: LogLine) -> bool:
        if self._last is None or line.at is None:
            return False
        if line.at == self._last and self._left:
            self._left -= 1
            return True
        if line.at < self._last:
            return True
        self._last = None
        return False


class Splitting:
    """Makes lines of a log's bytes, whatever parts they come in."""

    def __init__(self) -> None:
        self._begun = b""

    def take(self, part: bytes) -> list[LogLine]:
        """Return the lines that end in a part."""
        *whole, self._begun = (self._begun + part).split(b"\n")
        if len(self._begun) > LONGEST:
            whole, self._begun = [*whole, self._begun], b""
        return [_line(one) for one in whole]

    def rest(self) -> list[LogLine]:
        """Return the line that has no end."""
        begun, self._begun = self._begun, b""
        return [_line(begun)] if begun else []


def _line(raw: bytes) -> LogLine:
    found = _STAMP.match(raw)
    if found is None:
        return LogLine(None, raw.decode("utf-8", "replace"))
    zone = b"+00:00" if found[3] == b"Z" else found[3]
    try:
        seconds = int(datetime.fromisoformat((found[1] + zone).decode()).timestamp())
    except ValueError:
        return LogLine(None, raw.decode("utf-8", "replace"))
    at = At(seconds, int((found[2] or b"0").ljust(9, b"0")))
    return LogLine(at, raw[found.end() :].decode("utf-8", "replace"))


def _written(at: At) -> str:
    return datetime.fromtimestamp(at.seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
