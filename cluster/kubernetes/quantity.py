"""Quantities as Kubernetes writes them (`500m`, `2Gi`, `1e3`), as numbers."""

from __future__ import annotations

import re

_WRITTEN = re.compile(r"([+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40}))(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d{1,3}))?")
_BINARY = {unit: 1024.0**power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)}
_DECIMAL = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_FAR_BEYOND = 100
"""No quantity has so large an exponent."""


def quantity(text: str | None) -> float | None:
    """Return a quantity in its base unit (cores, bytes, pieces); None for what is none."""
    found = _WRITTEN.fullmatch(text.strip()) if text else None
    if found is None:
        return None
    number, binary, decimal, exponent = found.groups()
    if exponent is not None:
        return float(f"{number}e{exponent}") if abs(int(exponent)) < _FAR_BEYOND else None
    return float(number) * (_BINARY[binary] if binary else _DECIMAL[decimal] if decimal else 1.0)
