"""Looking for a pattern in many log files at once, within a budget of bytes."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import anyio
import anyio.to_thread

from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.logs.agents import LogAgents
from raymon_tui.cluster.logs.text import decoded
from raymon_tui.cluster.model.log_file import LogFile
from raymon_tui.cluster.model.node import Node

BUDGET, PER_FILE = 1 << 26, 1 << 23
"""Bytes that are read of all files together, and of each where they are several: of large ones the ends."""
PIECE = 1 << 20
FILES_AT_ONCE = 4
MOST_PER_FILE, MOST_FOUND = 200, 5_000
LONGEST_SHOWN = 1_000


class Found(NamedTuple):
    """A line that holds the pattern, and the byte of its file where it begins."""

    node: Node
    file: LogFile
    offset: int
    text: str


class Part(NamedTuple):
    """The bytes of a file from `start` to `end` that are to be searched."""

    node: Node
    file: LogFile
    start: int
    end: int


@dataclass
class Progress:
    """How far a search has come: bytes and files, what of it failed, and whether so much was found that some is left.

    `left_out`: bytes that the budget left out. `unread`: files that could not be read, or are of unknown size.
    """

    files: int
    bytes: int
    left_out: int
    unread: int
    files_read: int = 0
    bytes_read: int = 0
    cut: bool = False
    done: bool = False
    found: list[Found] = field(default_factory=list)


def compiled(pattern: str) -> re.Pattern[bytes]:
    """Return a pattern that searches bytes, without regard to case unless it holds upper case; raises `re.error`."""
    flags = re.MULTILINE | (re.IGNORECASE if pattern == pattern.lower() else 0)
    return re.compile(pattern.encode(), flags)


def plan(files: Iterable[tuple[Node, LogFile]], budget: int = BUDGET) -> tuple[list[Part], Progress]:
    """Return what of the files is to be searched, in their order, and a search that has not begun."""
    rows = list(files)
    share = budget if len(rows) == 1 else PER_FILE
    parts: list[Part] = []
    left = budget
    for node, file in rows:
        size = file.size or 0
        allowed = min(size, share, left)
        left -= allowed
        if allowed:
            parts.append(Part(node, file, size - allowed, size))
    whole = sum(file.size or 0 for _, file in rows)
    unknown = sum(1 for _, file in rows if file.size is None)
    return parts, Progress(files=len(parts), bytes=budget - left, left_out=whole - budget + left, unread=unknown)


async def search(
    agents: LogAgents,
    parts: Sequence[Part],
    progress: Progress,
    pattern: re.Pattern[bytes],
    tell: Callable[[], None],
) -> None:
    """Search all parts, and keep in `progress` what was found and how far it is; `tell` is called as that goes on."""
    limiter = anyio.CapacityLimiter(FILES_AT_ONCE)

    async def search_one(part: Part) -> None:
        async with limiter:
            if len(progress.found) >= MOST_FOUND:
                progress.cut = True
                return
            try:
                found = await _search_part(agents, part, progress, pattern, tell)
            except RaymonError:
                progress.unread += 1
                return
            progress.cut |= len(found) == MOST_PER_FILE
            progress.found.extend(found)
            progress.files_read += 1
            tell()

    async with anyio.create_task_group() as tasks:
        for part in parts:
            tasks.start_soon(search_one, part)
    progress.done = True
    tell()


async def _search_part(
    agents: LogAgents, part: Part, progress: Progress, pattern: re.Pattern[bytes], tell: Callable[[], None]
) -> deque[Found]:
    """Return the last lines of a part that hold the pattern."""
    found: deque[Found] = deque(maxlen=MOST_PER_FILE)
    place, rest = part.start, b""
    while place < part.end:
        window = await agents.window(part.node, part.file.name, place, min(PIECE, part.end - place))
        if not window.data:
            break
        first, data = place - len(rest), rest + window.data
        place += len(window.data)
        progress.bytes_read += len(window.data)
        cut = data.rfind(b"\n") + 1 if place < part.end else len(data)
        whole, rest = (data[:cut], data[cut:]) if cut else (data, b"")
        lines = await anyio.to_thread.run_sync(_all_lines_with, pattern, whole)
        found.extend(Found(part.node, part.file, first + offset, text) for offset, text in lines)
        tell()
    return found


def _all_lines_with(pattern: re.Pattern[bytes], data: bytes) -> list[tuple[int, str]]:
    return list(lines_with(pattern, data))


def lines_with(pattern: re.Pattern[bytes], data: bytes) -> Iterator[tuple[int, str]]:
    """Yield each line that holds `pattern`, once, with the byte where it begins."""
    place = 0
    while (match := pattern.search(data, place)) is not None:
        begin = data.rfind(b"\n", 0, match.start()) + 1
        end = data.find(b"\n", match.start())
        end = len(data) if end < 0 else end
        yield begin, decoded(data[begin : min(end, begin + LONGEST_SHOWN)])
        place = end + 1
        if place > len(data):
            return
