"""What Ray says when it kills workers for want of memory."""

from __future__ import annotations

import re

_MEMORY = re.compile(
    r"Memory on the node \(IP: (?P<ip>[^,)]+).*?was (?P<used>[\d.]+)\s?GB\s*(?:used )?/ (?P<total>[\d.]+)\s?GB",
    re.DOTALL,
)


def out_of_memory(message: str) -> str:
    """Return where memory ran out and how much was taken: `out of memory on 10.0.0.7, 61.2 of 64 GiB`."""
    found = _MEMORY.search(message)
    if found is None:
        return "out of memory"
    return f"out of memory on {found['ip']}, {float(found['used']):.4g} of {float(found['total']):.4g} GiB"
