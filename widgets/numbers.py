"""Numbers as people read them, in stable widths."""

from __future__ import annotations

from raymon_tui.cluster.model.quantity import UNITS, age, amount, shape, size

__all__ = ["age", "amount", "count", "duration", "percent", "rate", "shape", "size", "sizes_of"]


def rate(value: float | None) -> str:
    """Return bytes a second with a binary unit: `1.2 MiB/s`."""
    return "–" if value is None else f"{size(value)}/s"


def count(value: float | None) -> str:
    """Return a whole number with thousands marked: `31,200`."""
    return "–" if value is None else f"{value:,.0f}"


def percent(value: float | None) -> str:
    """Return a share of a hundred without a fraction: `74%`."""
    return "–" if value is None else f"{value:.0f}%"


def duration(seconds: float | None) -> str:
    """Return a length of time in its two largest units: `3d 4h`, `4m 12s`, `41s`, `0.8s`, `12ms`."""
    if seconds is None:
        return "–"
    if seconds < 0:
        seconds = 0.0
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    for large, small, large_s, small_s in (("m", "s", 60, 1), ("h", "m", 3600, 60)):
        if whole < large_s * (60 if large == "m" else 24):
            return f"{whole // large_s}{large} {whole % large_s // small_s}{small}"
    return f"{whole // 86400}d {whole % 86400 // 3600}h"


def sizes_of(used: float | None, total: float | None) -> str:
    """Return two sizes in the unit of the larger: `1.1 / 2.4 TiB`, `61 / 320 GiB`."""
    if total is None:
        return f"{size(used)} / –"
    steps = 0
    while total / 1024**steps >= 1023.95 and steps < len(UNITS) - 1:
        steps += 1
    scaled = total / 1024**steps
    digits = 0 if scaled >= 100 or steps == 0 else 1
    first = "–" if used is None else f"{used / 1024**steps:.{digits}f}"
    return f"{first} / {scaled:.{digits}f} {UNITS[steps]}"
