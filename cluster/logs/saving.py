"""Writing a whole log file to this machine, without ever holding the whole of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import anyio

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.logs.agents import LogAgents
from raymon_tui.cluster.model.node import Node

PIECE = 1 << 20


async def save_log(agents: LogAgents, node: Node, name: str, path: Path) -> int:
    """Write the file to `path`, which must not be there yet, and return how many bytes it had when that began.

    Raises a `RaymonError` where the node's agent does not answer, `OSError` where the path cannot be written. What was
    written until then stays.
    """
    written = 0
    async with await anyio.open_file(path, "xb") as out:
        async for data in _pieces(agents, node, name):
            await out.write(data)
            written += len(data)
    return written


async def _pieces(agents: LogAgents, node: Node, name: str) -> AsyncIterator[bytes]:
    """Yield the file piece by piece, up to the size that it has now."""
    window = await agents.window(node, name, 0, PIECE)
    size, place = window.size or 0, 0
    while place < size:
        if place:
            window = await agents.window(node, name, place, PIECE)
        if not window.data:
            raise BadAnswerError(f"save {name}", "it was cut short while it was read", "what was read is saved")
        yield window.data[: size - place]
        place += len(window.data)


def free_path(directory: Path, node: Node, name: str) -> Path:
    """Return a path in `directory` that is not taken: node and file name, with a number where it must be."""
    plain_name = Path(f"{node.ip}-{name.replace('/', '-')}")
    names = (plain_name.stem + (f"-{number}" if number else "") + plain_name.suffix for number in count())
    return next(path for path in (directory / one for one in names) if not path.exists())
