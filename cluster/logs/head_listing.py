"""All log files of the head node with their sizes and times, by one command: for backends that can run one there."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.logs.naming import component_of, wanted_directory
from raymon_tui.cluster.model.log_file import LogFile
from raymon_tui.cluster.model.node import Node

LIMIT = 1 << 23
TIMEOUT_S = 10.0


async def files_at_head(backend: Backend, head: Node) -> tuple[LogFile, ...] | None:
    """Return the files with sizes and times; None where no such command can be run, or it finds nothing."""
    if head.session_dir is None:
        return None
    command = ["find", f"{head.session_dir}/logs/", "-maxdepth", "2", "-type", "f", "-printf", r"%s\t%T@\t%P\n"]
    try:
        done = await backend.run(command, timeout_s=TIMEOUT_S, limit=LIMIT)
    except RaymonError:
        return None
    # Files come and go while it looks, and then it says that it failed: what it found counts.
    return tuple(listed(done.stdout.decode("utf-8", "replace"), head.node_id)) or None


def listed(text: str, node_id: str) -> Iterator[LogFile]:
    """Yield the file of each line; a line that is cut off is left out."""
    for line in text.split("\n"):
        size, _, rest = line.partition("\t")
        changed, _, name = rest.partition("\t")
        directory, slash, _ = name.partition("/")
        if not name or (slash and not wanted_directory(directory)):
            continue
        try:
            yield LogFile(
                node_id=node_id, name=name, component=component_of(name), size=int(size), modified_at=float(changed)
            )
        except ValueError:
            continue
