"""Quantities in words: what findings say and tables show alike."""

from __future__ import annotations

from collections.abc import Mapping

UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def size(value: float | None) -> str:
    """Return bytes with a binary unit: `61.2 GiB`, `0 B`, `–`."""
    if value is None:
        return "–"
    amount = float(value)
    for unit in UNITS:
        if abs(amount) < 1023.95 or unit == UNITS[-1]:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    raise AssertionError


def amount(value: float | None) -> str:
    """Return a quantity of a resource without a needless fraction: `118`, `0.5`, `1,024`."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value - round(value)) < 0.005 else f"{value:,.2f}".rstrip("0")


def age(seconds: float | None) -> str:
    """Return how long ago in its largest unit alone: `4m`, `41s`, `3h`."""
    if seconds is None:
        return "–"
    whole = max(0, int(seconds))
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if whole >= length:
            return f"{whole // length}{unit}"
    return f"{whole}s"


def shape(resources: Mapping[str, float]) -> str:
    """Return resources as Ray writes a demand: `{CPU: 1, GPU: 0.5}`; memory with its unit."""
    parts = (
        f"{name}: {size(value) if 'memory' in name else amount(value)}" for name, value in sorted(resources.items())
    )
    return "{" + ", ".join(parts) + "}"
