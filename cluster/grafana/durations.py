"""Lengths of time as Prometheus and Grafana write them: `30s`, `5m`, `1h30m`, `1w`."""

from __future__ import annotations

import re

_UNITS_S = {
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
    "w": 604_800.0,
    "M": 2_592_000.0,
    "y": 3.1536e7,
}
_PART = re.compile(r"(\d{1,12})(ms|[smhdwMy])")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")


def seconds_of(text: str) -> float | None:
    """Return how many seconds that is; None where it is no length of time."""
    if not _WHOLE.fullmatch(text):
        return None
    return sum(int(count) * _UNITS_S[unit] for count, unit in _PART.findall(text))


def written(seconds: float) -> str:
    """Return seconds as one whole number of the largest unit that fits: `90s`, `5m`, `2h`."""
    whole = max(1, round(seconds))
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"
