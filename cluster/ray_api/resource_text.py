"""Resources as Ray prints them: `1.7/2.0 CPU`, `19.07MiB/190.73MiB object_store_memory`."""

from __future__ import annotations

import re

_LINE = re.compile(
    r"^\s*(?P<used>[-+.\deE]+)(?P<used_unit>[KMGT]iB|B)?/(?P<total>[-+.\deE]+)(?P<total_unit>[KMGT]iB|B)?"
    r" (?P<name>\S.*?)(?: \(.* reserved in placement groups\))?\s*$"
)
_UNITS = {None: 1.0, "B": 1.0, "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30, "TiB": 2.0**40}


def read_usage(text: str) -> dict[str, tuple[float, float]]:
    """Return (used, total) by resource name, sizes in bytes; lines of another form are passed over.

    Ray rounds sizes to two decimals of their unit.
    """
    usage = {}
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        used, total = _amount(found["used"], found["used_unit"]), _amount(found["total"], found["total_unit"])
        if used is not None and total is not None:
            usage[found["name"]] = (used, total)
    return usage


def _amount(number: str, unit: str | None) -> float | None:
    try:
        return round(float(number) * _UNITS[unit], 4)  # Ray counts in steps of 0.0001; the rest is noise of floats.
    except ValueError:
        return None
