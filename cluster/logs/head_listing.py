"""The sizes and times of all log files of the head node, by one command: for backends that can run one there."""

from __future__ import annotations

from collections.abc import Iterator

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.model.node import Node

LIMIT = 1 << 23


async def measured_at_head(backend: Backend, head: Node) -> dict[str, tuple[int, float]] | None:
    """Return (bytes, seconds since the epoch of the last change) by name; None where no such command can be run."""
    if head.session_dir is None:
        return None
    command = ["find", f"{head.session_dir}/logs", "-maxdepth", "1", "-type", "f", "-printf", r"%s\t%T@\t%f\n"]
    try:
        done = await backend.run(command, timeout_s=10.0, limit=LIMIT)
    except RaymonError:
        return None
    return dict(listed(done.stdout.decode("utf-8", "replace"))) if done.returncode == 0 else None


def listed(text: str) -> Iterator[tuple[str, tuple[int, float]]]:
    """Yield each line's name with its size and time; a line that is cut off is left out."""
    for line in text.splitlines():
        size, _, rest = line.partition("\t")
        changed, _, name = rest.partition("\t")
        try:
            yield name, (int(size), float(changed))
        except ValueError:
            continue
