"""The files in nodes' log directories, read through the State API."""

from __future__ import annotations

from msgspec import Struct

from raymon_tui.cluster.model.log_file import LogFile, LogWindow
from raymon_tui.cluster.ray_api.asking import LIST_TIMEOUT_S, Get
from raymon_tui.cluster.ray_api.reply import content

_PATH = "/api/v0/logs"
_FILE_PATH = f"{_PATH}/file"


class _Data(Struct, frozen=True):
    result: dict[str, list[str]] = {}


async def ask_log_files(get: Get, node_id: str) -> tuple[LogFile, ...]:
    """Return the files of one node, by component and name."""
    body = await get(_PATH, {"node_id": node_id, "timeout": str(int(LIST_TIMEOUT_S))}, timeout_s=LIST_TIMEOUT_S)
    data = content(body, _Data, asked=_PATH)
    files = ((component, name) for component, names in data.result.items() for name in names)
    return tuple(LogFile(node_id=node_id, name=name, component=component) for component, name in sorted(set(files)))


async def ask_log_tail(get: Get, node_id: str, filename: str, lines: int) -> LogWindow:
    """Return the last `lines` lines of a file.

    An empty answer is asked for once more: of about one in a hundred files that are not there Ray 2.60 says nothing,
    because its head has not yet heard from the node's agent that there is none.
    """
    params = {
        "node_id": node_id,
        "filename": filename,
        "lines": str(lines),
        "timeout": str(int(LIST_TIMEOUT_S)),
        # Older versions of Ray put a byte before each chunk unless they are asked for text; 2.60 knows no such thing.
        "format": "text",
    }
    data = await get(_FILE_PATH, params, timeout_s=LIST_TIMEOUT_S)
    return LogWindow(data=data or await get(_FILE_PATH, params, timeout_s=LIST_TIMEOUT_S))
