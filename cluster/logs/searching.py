"""Looking for a pattern in many log files at once, within a budget of bytes."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
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
UNKNOWN_COST = 1 << 15
"""What a file of unknown size is likely to cost of the budget."""
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
    """The bytes of a file from `start` to `end` that are to be searched; the last piece where its size is not known."""

    node: Node
    file: LogFile
    start: int = 0
    end: int | None = None


@dataclass
class Progress:
    """How far a search has come: bytes and files, what of it failed, and whether so much was found that some is left.

    `left_out`: bytes that the budget left out. `unread`: files that could not be read.
    """

    files: int
    left_out: int = 0
    unread: int = 0
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
    """Return what of the files is to be searched, in their order, and a search that has not begun.

    A file of unknown size is taken to have one piece, as nearly all files of workers have.
    """
    rows = list(files)
    share = budget if len(rows) == 1 else PER_FILE
    parts: list[Part] = []
    progress = Progress(files=0)
    left = budget
    for node, file in rows:
        allowed = min(PIECE if file.size is None else file.size, share, left)
        left -= UNKNOWN_COST if file.size is None and allowed else allowed
        progress.left_out += max(0, (file.size or 0) - allowed)
        if allowed and file.size is None:
            parts.append(Part(node, file))
        elif allowed and file.size is not None:
            parts.append(Part(node, file, file.size - allowed, file.size))
        elif file.size is None:
            progress.unread += 1
    progress.files = len(parts)
    return parts, progress


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
    rest = b""
    async for first, data, last in _pieces(agents, part, progress):
        text = rest + data
        cut = len(text) if last else text.rfind(b"\n") + 1 or len(text)
        lines = await anyio.to_thread.run_sync(_all_lines_with, pattern, text[:cut])
        found.extend(Found(part.node, part.file, first - len(rest) + offset, line) for offset, line in lines)
        rest = text[cut:]
        tell()
    return found


async def _pieces(agents: LogAgents, part: Part, progress: Progress) -> AsyncIterator[tuple[int, bytes, bool]]:
    """Yield the pieces of a part: the byte where each begins, its bytes, and whether it is the last."""
    if part.end is None:
        window = await agents.window(part.node, part.file.name, -PIECE, PIECE)
        progress.bytes_read += len(window.data)
        progress.left_out += window.start or 0
        yield window.start or 0, window.data, True
        return
    place = part.start
    while place < part.end:
        window = await agents.window(part.node, part.file.name, place, min(PIECE, part.end - place))
        if not window.data:
            return
        progress.bytes_read += len(window.data)
        yield place, window.data, place + len(window.data) >= part.end
        place += len(window.data)


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
