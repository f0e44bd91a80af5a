"""Which log files are worth measuring now: each costs its node's agent a request, and there may be thousands. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from raymon_tui.cluster.logs.naming import WORKER_COMPONENTS
from raymon_tui.cluster.model.log_file import LogFile

QUIET_AFTER_S, QUIET_FOR_S = 60.0, 45.0
"""A file that has not grown for so long is measured again only so often."""
_PID = re.compile(r"[-_](\d+)\.\w+$")


class Measured(NamedTuple):
    """A file as it was at a moment in seconds since the epoch."""

    file: LogFile
    at: float


def due(files: Iterable[LogFile], known: Mapping[str, Measured], budget: int, now: float) -> list[LogFile]:
    """Return at most `budget` files to measure at `now`, of `known` by name.

    Half of it goes to files that grow, the rest to those never measured, and what is left to quiet ones.
    """
    new: list[LogFile] = []
    growing: list[LogFile] = []
    quiet: list[tuple[float, LogFile]] = []
    for file in files:
        last = known.get(file.name)
        if last is None:
            new.append(file)
        elif last.file.modified_at is None or now - last.file.modified_at <= QUIET_AFTER_S:
            growing.append(file)
        elif now - last.at >= QUIET_FOR_S:
            quiet.append((last.at, file))
    new.sort(key=_promise)
    growing.sort(key=lambda file: known[file.name].at)
    quiet.sort(key=lambda row: row[0])
    half = max(budget // 2, budget - len(new))
    order = [*growing[:half], *new, *growing[half:], *(file for _, file in quiet)]
    return order[:budget]


def _promise(file: LogFile) -> tuple[bool, int, str]:
    """Return a key that puts first what is likely to be looked for: Ray's own components, then the newest workers."""
    pid = _PID.search(file.name)
    return file.component in WORKER_COMPONENTS, -int(pid[1]) if pid else 0, file.name
