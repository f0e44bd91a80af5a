"""The answer to what a chart asks, whoever gives it: the samples kept here, or a Prometheus server."""

from __future__ import annotations

from msgspec import Struct


class Line(Struct, frozen=True):
    """One line of a chart: the labels that tell it from the others, and a value a step; NaN is not known."""

    labels: tuple[tuple[str, str], ...]
    values: tuple[float, ...]


class Lines(Struct, frozen=True):
    """Lines over the same steps: `values[i]` of each is at `start + i * step_s`, in seconds since the epoch."""

    start: float
    step_s: float
    lines: tuple[Line, ...] = ()
