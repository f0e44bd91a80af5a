"""Moments as Ray sends them, where 0 and the largest number that fits both mean "none"."""

from __future__ import annotations

_LARGEST_MS = 2.0**63


def seconds(milliseconds: float | None) -> float | None:
    """Return seconds since the epoch; None for "none"."""
    if milliseconds is None or not 0 < milliseconds < _LARGEST_MS:
        return None
    return milliseconds / 1000
