"""Grafana's units in the project's own way of writing numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from raymon_tui.widgets.content import plain
from raymon_tui.widgets.numbers import amount, duration, size

_STEPS = ("", "K", "M", "G", "T", "P")
HUGE = 1e18
"""From here on no unit has a name, and numbers have powers of ten."""


class Unit(NamedTuple):
    """How values are written, and whether axes round them as bytes.

    `word` says what is counted, where that is too long to stand after each number.
    """

    write: Callable[[float], str]
    binary: bool = False
    word: str = ""


def short(value: float) -> str:
    """Return a number in few characters: `0.004`, `12`, `3,400`, `12.3 K`, `4.5 M`."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "-∞" if value < 0 else "–"
    if abs(value) >= HUGE:
        return f"{value:.1e}"
    if value == 0 or 0.01 <= abs(value) < 10_000:
        return amount(value)
    if abs(value) < 0.01:
        return f"{value:.1e}" if abs(value) < 1e-4 else f"{value:.4f}".rstrip("0")
    return _scaled(value, 1000.0, _STEPS, " ")


def _scaled(value: float, base: float, names: tuple[str, ...], gap: str) -> str:
    if not abs(value) < HUGE:
        return short(value)
    place = 0
    while abs(value) >= base * 0.99995 and place < len(names) - 1:
        value, place = value / base, place + 1
    if not names[place]:
        return short(value) if abs(value) < 10_000 else f"{value:,.0f}"
    text = f"{value:.1f}".removesuffix(".0") if abs(value) < 100 else f"{value:.0f}"
    return f"{text}{gap}{names[place]}"


def seconds(value: float) -> str:
    """Return a length of time: `0s`, `120µs`, `12ms`, `3.2s`, `4m 12s`; a negative one with its sign."""
    if not abs(value) < HUGE:
        return short(value)
    if value < 0:
        return f"-{seconds(-value)}"
    if value == 0:
        return "0s"
    if value < 0.0009995:
        return f"{value * 1e6:.0f}µs" if value >= 9.995e-7 else f"{value * 1e9:.0f}ns"
    return duration(value)


def _decimal_bytes(value: float) -> str:
    return _scaled(value, 1000.0, ("B", "kB", "MB", "GB", "TB", "PB"), " ")


def _times(factor: float, write: Callable[[float], str], after: str = "") -> Callable[[float], str]:
    return lambda value: write(value * factor) + after if abs(value * factor) < HUGE else short(value)


def _after(word: str) -> Callable[[float], str]:
    return lambda value: f"{short(value)}{word}"


def _percent(value: float) -> str:
    if abs(value) >= 10_000:
        return f"{short(value)}%"
    if 0 < abs(value) < 0.1:
        return f"{value:.1g}%"
    digits = 0 if value == round(value) or abs(value) >= 100 else 1
    return f"{value:.{digits}f}%"


_UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("", "none", "short", "locale", "sishort"), Unit(short)),
    **dict.fromkeys(("percent", "%"), Unit(_times(1.0, _percent))),
    "percentunit": Unit(_times(100.0, _percent)),
    "bytes": Unit(_times(1.0, size), binary=True),
    "kbytes": Unit(_times(1024.0, size), binary=True),
    "mbytes": Unit(_times(1024.0**2, size), binary=True),
    "gbytes": Unit(_times(1024.0**3, size), binary=True),
    "decbytes": Unit(_times(1.0, _decimal_bytes)),
    "deckbytes": Unit(_times(1e3, _decimal_bytes)),
    "decmbytes": Unit(_times(1e6, _decimal_bytes)),
    "decgbytes": Unit(_times(1e9, _decimal_bytes)),
    "binBps": Unit(_times(1.0, size, "/s"), binary=True),
    "KiBs": Unit(_times(1024.0, size, "/s"), binary=True),
    "MiBs": Unit(_times(1024.0**2, size, "/s"), binary=True),
    "GiBs": Unit(_times(1024.0**3, size, "/s"), binary=True),
    "Bps": Unit(_times(1.0, _decimal_bytes, "/s")),
    "KBs": Unit(_times(1e3, _decimal_bytes, "/s")),
    "MBs": Unit(_times(1e6, _decimal_bytes, "/s")),
    "GBs": Unit(_times(1e9, _decimal_bytes, "/s")),
    "bps": Unit(lambda value: _scaled(value, 1000.0, ("b/s", "kb/s", "Mb/s", "Gb/s", "Tb/s"), " ")),
    **dict.fromkeys(("s", "seconds", "dtdurations", "clocks"), Unit(seconds)),
    **dict.fromkeys(("ms", "dtdurationms", "clockms"), Unit(_times(1e-3, seconds))),
    "µs": Unit(_times(1e-6, seconds)),
    "ns": Unit(_times(1e-9, seconds)),
    "m": Unit(_times(60.0, seconds)),
    "h": Unit(_times(3600.0, seconds)),
    "d": Unit(_times(86_400.0, seconds)),
    **{
        name: Unit(_after("/s"))
        for name in ("ops", "reqps", "rps", "cps", "wps", "iops", "qps", "eps", "mps", "rowsps")
    },
    **{name: Unit(_after("/min")) for name in ("opm", "rpm", "wpm", "cpm", "mpm", "epm", "reqpm")},
    "celsius": Unit(_after("°C")),
    "fahrenheit": Unit(_after("°F")),
    "watt": Unit(_after(" W")),
    "mwatt": Unit(_times(1e-3, short, " W")),
    "kwatt": Unit(_times(1e3, short, " W")),
    "hertz": Unit(_after(" Hz")),
    "currencyUSD": Unit(lambda value: f"${short(value)}"),
}


@lru_cache(maxsize=256)
def unit_of(said: str) -> Unit:
    """Return how a unit of Grafana's is written; a word that it does not know is what is counted."""
    if said in _UNITS:
        return _UNITS[said]
    if said.startswith("prefix:"):
        before = plain(said[7:], 20)
        return Unit(lambda value: f"{before}{short(value)}")
    return Unit(short, word=plain(said.removeprefix("suffix:"), 20))
