"""Numbers as people read them, in stable widths."""

from __future__ import annotations

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def size(value: float | None) -> str:
    """Return bytes with a binary unit: `61.2 GiB`, `0 B`, `–`."""
    if value is None:
        return "–"
    amount = float(value)
    for unit in _UNITS:
        if abs(amount) < 1023.95 or unit == _UNITS[-1]:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    raise AssertionError


def rate(value: float | None) -> str:
    """Return bytes a second with a binary unit: `1.2 MiB/s`."""
    return "–" if value is None else f"{size(value)}/s"


def count(value: float | None) -> str:
    """Return a whole number with thousands marked: `31,200`."""
    return "–" if value is None else f"{value:,.0f}"


def amount(value: float | None) -> str:
    """Return a quantity of a resource without a needless fraction: `118`, `0.5`, `1,024`."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value - round(value)) < 0.005 else f"{value:,.2f}".rstrip("0")


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


def age(seconds: float | None) -> str:
    """Return how long ago in its largest unit alone: `4m`, `41s`, `3h`."""
    if seconds is None:
        return "–"
    whole = max(0, int(seconds))
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if whole >= length:
            return f"{whole // length}{unit}"
    return f"{whole}s"


def shape(resources: dict[str, float]) -> str:
    """Return resources as Ray writes a demand: `{CPU: 1, GPU: 0.5}`; memory with its unit."""
    parts = (
        f"{name}: {size(value) if 'memory' in name else amount(value)}" for name, value in sorted(resources.items())
    )
    return "{" + ", ".join(parts) + "}"


def sizes_of(used: float | None, total: float | None) -> str:
    """Return two sizes in the unit of the larger: `1.1 / 2.4 TiB`, `61 / 320 GiB`."""
    if total is None:
        return f"{size(used)} / –"
    steps = 0
    while total / 1024**steps >= 1023.95 and steps < len(_UNITS) - 1:
        steps += 1
    scaled = total / 1024**steps
    digits = 0 if scaled >= 100 or steps == 0 else 1
    first = "–" if used is None else f"{used / 1024**steps:.{digits}f}"
    return f"{first} / {scaled:.{digits}f} {_UNITS[steps]}"
