"""One program that shows every way of drawing, with made-up values that never change."""

from __future__ import annotations

import math
from dataclasses import dataclass

from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical

from raymon_tui.widgets import numbers
from raymon_tui.widgets.chart import Chart, Curve, Plot
from raymon_tui.widgets.content import UNKNOWN, Content, Piece, Role, piece
from raymon_tui.widgets.lines import Lines
from raymon_tui.widgets.meter import meter
from raymon_tui.widgets.palette import themes
from raymon_tui.widgets.panel import Panel
from raymon_tui.widgets.sparkline import sparkline
from raymon_tui.widgets.stacked_bar import Share, stacked_bar
from raymon_tui.widgets.states import glyph, mark_of
from raymon_tui.widgets.table.column import Column, Moment
from raymon_tui.widgets.table.line import fitted
from raymon_tui.widgets.table.live_table import LiveTable

WAVE = tuple(None if 60 < step < 70 else 60 + 35 * math.sin(step / 20) for step in range(140))


@dataclass(frozen=True)
class Machine:
    name: str
    state: str
    cpu: float | None
    memory: float | None


MACHINES = [
    Machine("head-a1", "ALIVE", 0.31, 12.5 * 2**30),
    Machine("gpu-worker-with-a-very-long-name-that-nobody-can-read", "ALIVE", 1.0, 61.2 * 2**30),
    Machine("名前の長いノード🚀名前の長いノード🚀", "IDLE", 0.0, 2.0**30),
    Machine("\x1b[31mred\x1b[0m [bold]node[/bold]\n", "DEAD", None, None),
    Machine("cpu-worker-7", "DRAINING", 0.004, 2.0**35),
]


def _name(machine: Machine, moment: Moment) -> Content:
    return (glyph(mark_of(machine.state), ascii_only=moment.ascii_only), Piece(" "), *piece(machine.name))


def _cpu(machine: Machine, moment: Moment) -> Content:
    share = machine.cpu
    said = UNKNOWN if share is None else Piece(numbers.percent(share * 100), "ink" if share else "faint")
    return (*meter(share, 10, ascii_only=moment.ascii_only), *fitted((said,), 6, "right"))


def _memory(machine: Machine, _moment: Moment) -> Content:
    return (UNKNOWN,) if machine.memory is None else piece(numbers.size(machine.memory))


COLUMNS: tuple[Column[Machine], ...] = (
    Column("node", _name, lambda machine: machine.name, width=14, flex=1, max_width=40),
    Column("state", lambda machine, _: piece(machine.state, "dim"), lambda machine: machine.state, width=9, priority=2),
    Column("CPU", _cpu, lambda machine: machine.cpu, width=16, descending=True, priority=1),
    Column("memory", _memory, lambda machine: machine.memory, width=10, align="right", descending=True),
)


def strokes(width: int, *, ascii_only: bool) -> tuple[Content, ...]:
    """Return meters, bars and sparklines as wide as `width`."""
    amounts: tuple[tuple[str, float | None, Role], ...] = (
        ("nothing", 0.0, "accent"),
        ("little", 0.001, "accent"),
        ("half", 0.5, "gpu"),
        ("nearly", 0.999, "warning"),
        ("all", 1.0, "good"),
        ("unknown", None, "accent"),
    )
    meters = tuple(
        (Piece(f"{name:<9}", "dim"), *meter(share, width - 9, role, ascii_only=ascii_only))
        for name, share, role in amounts
    )
    bar = (Share(31_200, "good"), Share(412, "accent"), Share(1_204, "faint"), Share(14, "bad"))
    spark = sparkline(WAVE[::3], width - 9, low=0, high=100, ascii_only=ascii_only)
    return (
        *meters,
        (Piece("states   ", "dim"), *stacked_bar(bar, width - 9, ascii_only=ascii_only)),
        (Piece("history  ", "dim"), *spark),
    )


class Gallery(App[None]):
    CSS = """
    Horizontal { height: 11; }
    #strokes { width: 1fr; }
    #curve { width: 1fr; }
    LiveTable { height: 1fr; }
    """

    def __init__(self, theme: str = "raymon-dark", *, ascii_only: bool = False) -> None:
        super().__init__()
        for known in themes():
            self.register_theme(known)
        self.theme = theme
        self._ascii_only = ascii_only

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Panel("Strokes", id="strokes"):
                yield Lines()
            with Panel("CPU in use, 15 min", id="curve"):
                yield Chart()
        with Vertical():
            table = LiveTable(COLUMNS, key=lambda machine: machine.name, empty="no node yet")
            with Panel("Attention 3") as attention:
                attention.add_class("tinted")
                yield table

    def on_mount(self) -> None:
        table = self.query_one(LiveTable)
        table.set_rows(MACHINES, Moment(now=0.0, ascii_only=self._ascii_only))
        table.action_move_to(1)
        table.action_sort_next()
        table.focus()
        plot = Plot((Curve(WAVE),), span_s=900, unit=numbers.percent, low=0, high=100)
        self.query_one(Chart).plot(plot, ascii_only=self._ascii_only)

    def on_ready(self) -> None:
        self._draw_strokes()

    def _draw_strokes(self) -> None:
        lines = self.query_one("#strokes Lines", Lines)
        lines.show(strokes(lines.size.width, ascii_only=self._ascii_only))
