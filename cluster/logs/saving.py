"""Writing a whole log file to this machine, without ever holding the whole of it."""

from __future__ import annotations

from pathlib import Path

import anyio

from raymon_tui.cluster.logs.agents import LogAgents
from raymon_tui.cluster.model.node import Node

PIECE = 1 << 20


async def save_log(agents: LogAgents, node: Node, name: str, path: Path) -> int:
    """Write the file to `path` and return how many bytes it had when that began.

    Raises a `RaymonError` where the node's agent does not answer, `OSError` where the path cannot be written.
    """
    written = 0
    async with await anyio.open_file(path, "wb") as out:
        window = await agents.window(node, name, 0, PIECE)
        size = window.size or 0
        while window.data and written < size:
            kept = window.data[: size - written]
            await out.write(kept)
            written += len(kept)
            if written < size:
                window = await agents.window(node, name, written, PIECE)
    return written
